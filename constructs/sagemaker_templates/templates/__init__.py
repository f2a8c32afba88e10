"""The templates, one module each, and the registry that finds them."""
