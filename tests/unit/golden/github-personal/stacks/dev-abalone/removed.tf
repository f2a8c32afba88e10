# What an edit of the settings may have taken out of this stack: it is forgotten, not destroyed.

removed {
  from = aws_codecommit_repository.repository

  lifecycle {
    destroy = false
  }
}
