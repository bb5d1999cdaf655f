"""The records: domain and application of the e-Akte."""
