"""How are rights given, taken away and watched over?"""
