"""The program on the scanning PC: from its folder to the office, exactly once."""
