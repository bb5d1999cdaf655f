"""XJustiz: messages from and to courts, as BLK-AG publishes them; versions 2.4 to 3.7 are read."""
