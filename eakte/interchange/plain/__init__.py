"""How does a dossier leave without a standard: as files that anybody can open?"""
