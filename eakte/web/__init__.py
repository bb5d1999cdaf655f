"""The pages and the REST interface: edges on top of the use cases."""
