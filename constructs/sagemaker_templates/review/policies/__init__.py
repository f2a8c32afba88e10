"""Policies of ours for checkov, which loads them by path: these modules import checkov and nothing else."""
