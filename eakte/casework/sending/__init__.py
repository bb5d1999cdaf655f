"""How is a dossier put together for a court: chosen, decided about, written?"""
