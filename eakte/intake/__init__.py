"""How does a document come in?"""
