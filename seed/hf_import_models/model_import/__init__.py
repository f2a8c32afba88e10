"""Import of a model from the Hugging Face hub into the project's model package group."""
