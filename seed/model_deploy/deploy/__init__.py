"""What the builds of the delivery pipeline run: resolve the model, plan, apply, check."""
