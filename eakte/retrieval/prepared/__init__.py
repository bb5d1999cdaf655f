"""Lists as tables: asked for, written with the rights of the moment, fetched, and destroyed."""
