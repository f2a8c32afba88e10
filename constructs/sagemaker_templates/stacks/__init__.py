"""Stacks: one per project, one foundation per environment."""
