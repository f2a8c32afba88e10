"""Stacks: one per project, one per stage of a deployment, one foundation per environment."""
