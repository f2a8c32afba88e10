"""What jobs with a network find in place of AWS: this folder alone is on their Python's path."""
