"""What has to be in an account before Terraform can run there: the bucket of the states and its key."""
