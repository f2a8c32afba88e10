"""What is said of a document that IAM would not take."""


class MalformedPolicyError(ValueError):
    """A document that IAM would not take."""
