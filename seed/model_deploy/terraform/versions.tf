terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }

  # The build fills in the bucket of this environment. No role and no credentials here: they come from the environment
  # variables alone, so that a saved plan carries none and another role may apply it.
  backend "s3" {}
}

provider "aws" {
  region = var.region

  default_tags {
    tags = var.tags
  }
}
