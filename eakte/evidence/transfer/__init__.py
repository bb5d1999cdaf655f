"""How is a scan checked and released, and what is written down about it (TR-RESISCAN)?"""
