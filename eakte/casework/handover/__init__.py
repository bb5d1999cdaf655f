"""How does a written package leave the house, and what does the court say to it?"""
