"""How does a document find its place?"""
