"""What would stop an apply, asked of the real account beforehand: read-only, whatever it finds."""
