"""What is done with a case: by when something must happen in it."""
