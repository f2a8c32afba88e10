"""The folder that synthesis writes: which one it may be, what in it is ours, and how that is replaced in place."""
