"""xdomea: how German offices offer records to an archive and hand them over; versions 2.4 to 4.0.

The standard's own German names live in this package and nowhere else.
"""
