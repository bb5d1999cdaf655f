"""How is a message opened: its head, its text, its pictures, and what is enclosed with it?"""
