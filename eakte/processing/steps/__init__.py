"""What happens to a document inside the shut-in child, one step a module."""
