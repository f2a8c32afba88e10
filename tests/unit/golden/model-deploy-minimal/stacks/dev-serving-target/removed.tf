# What an edit of the settings may have taken out of this stack: it is forgotten, not destroyed.

removed {
  from = aws_s3_bucket.capture_bucket

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_lifecycle_configuration.capture_bucket_lifecycle

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_logging.capture_bucket_access_logs

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_ownership_controls.capture_bucket_ownership

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_policy.capture_bucket_policy

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_public_access_block.capture_bucket_public_access

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_server_side_encryption_configuration.capture_bucket_encryption

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_s3_bucket_versioning.capture_bucket_versioning

  lifecycle {
    destroy = false
  }
}
