"""A repository of a team's own: what it holds on the first day, with this package as a pinned dependency."""
