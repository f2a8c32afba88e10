"""Review: what people and tools look at before anything is applied."""
