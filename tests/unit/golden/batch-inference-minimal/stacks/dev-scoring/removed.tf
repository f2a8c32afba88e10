# What an edit of the settings may have taken out of this stack: it is forgotten, not destroyed.

removed {
  from = aws_kms_key.pipeline_key

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_kms_alias.pipeline_key_alias

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
