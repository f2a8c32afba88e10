"""Predict whole files with the latest approved model: the pipeline and the scripts that its jobs run."""
