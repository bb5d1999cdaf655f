"""How is a document found and read again?"""
