"""What of a dossier has to be gone when it is destroyed: which rows, which bytes, which words."""
