"""Settings: what a user may write under environments/, validated."""
