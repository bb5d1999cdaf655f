"""What proves that a dossier was destroyed, and that nothing else is missing?"""
