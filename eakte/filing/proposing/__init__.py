"""Where a waiting document seems to belong: read in its text, asked of the rows, never filed."""
