"""How this repository's pipeline reaches AWS: settings, jobs, and the command that delivers it."""

import os

# The SDK looks for the region when it is imported, so it has to be here before anything imports the SDK.
os.environ.setdefault("AWS_DEFAULT_REGION", os.environ.get("AWS_REGION") or "us-east-1")
# The platform made the role. Asking IAM whether it suffices would need a permission more.
os.environ.setdefault("SAGEMAKER_VALIDATE_ROLE", "false")
