# What an edit of the settings may have taken out of this stack: it is forgotten, not destroyed.

removed {
  from = aws_kms_key.artifact_key

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_kms_alias.artifact_key_alias

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket.artifact_bucket

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_lifecycle_configuration.artifact_bucket_lifecycle

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_logging.artifact_bucket_access_logs

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_ownership_controls.artifact_bucket_ownership

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_policy.artifact_bucket_policy

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_public_access_block.artifact_bucket_public_access

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_server_side_encryption_configuration.artifact_bucket_encryption

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_versioning.artifact_bucket_versioning

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_sagemaker_model_package_group.model_package_group

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_sagemaker_model_package_group_policy.model_package_group_policy

  lifecycle {
    destroy = false
  }
}

removed {
  from = github_repository.repository

  lifecycle {
    destroy = false
  }
}

removed {
  from = github_branch_protection.repository_main

  lifecycle {
    destroy = false
  }
}
