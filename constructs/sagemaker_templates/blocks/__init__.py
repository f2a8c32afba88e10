"""Building blocks that templates are composed of."""
