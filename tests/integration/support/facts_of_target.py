"""What the platform says of a target, for tests of the repository's own Terraform module without the platform's."""

from deploy.target import Facts

REGION = "us-east-1"


def facts_of_target(environment: str, account: str) -> Facts:
    """The facts of a target of the project abalone; its state is unused, for these tests keep it in a file."""
    endpoint = f"abalone-{environment}"
    return Facts.model_validate(
        {
            "environment": environment,
            "account_id": account,
            "region": REGION,
            "endpoint_name": endpoint,
            "execution_role_arn": f"arn:aws:iam::{account}:role/model-deploy/{endpoint}-endpoint",
            "kms_key_arn": f"arn:aws:kms:{REGION}:{account}:key/11111111-2222-3333-4444-555555555555",
            "data_capture_uri": f"s3://{endpoint}-capture-{account}/captured",
            "state": {"bucket": "unused", "key": "unused", "region": REGION},
            "tags": {"sagemaker:project-name": "abalone"},
        }
    )
