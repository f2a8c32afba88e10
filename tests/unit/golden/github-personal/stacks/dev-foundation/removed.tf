# What an edit of the settings may have taken out of this stack: it is forgotten, not destroyed.

removed {
  from = aws_kms_key.foundation_key

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_kms_alias.foundation_key_alias

  lifecycle {
    destroy = false
  }
}
