"""What is asked, one module for each thing that an account, or a Git host, must have."""
