"""What differs between AWS and the stacks as they were applied: for a job that looks every night."""
