"""Fine-tune a language model to write SQL: the pipeline and the scripts that its jobs run."""
