"""REST for programs, one blueprint a resource."""
