"""Running Terraform and preparing accounts."""
