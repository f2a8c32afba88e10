# What an edit of the settings may have taken out of this stack: it is forgotten, not destroyed.

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
