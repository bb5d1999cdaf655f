"""What is kept: one table family a module, with the rules it can check alone."""
