"""How is what must not be seen taken out of a PDF, and how is it proved that it is gone?"""
