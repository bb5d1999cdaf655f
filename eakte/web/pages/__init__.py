"""Pages for people, one blueprint a page group."""
