"""Predict the age of an abalone from its measurements: the pipeline and the scripts that its jobs run."""
