"""What the tests of this repository share. They need no AWS account and no network."""

import mlops  # noqa: F401  (sets what the SageMaker SDK wants to know when it is imported)
import pytest
from mlops.settings import Settings

ENVIRONMENT = {
    "SAGEMAKER_PROJECT_NAME": "demo",
    "SAGEMAKER_PROJECT_ID": "p-demo0001",
    "SAGEMAKER_DOMAIN_ID": "d-demo0001",
    "SAGEMAKER_DOMAIN_ARN": "arn:aws:sagemaker:us-east-1:111111111111:domain/d-demo0001",
    "MODEL_PACKAGE_GROUP_NAME": "demo-p-demo0001",
    "AWS_REGION": "us-east-1",
    "SAGEMAKER_PIPELINE_NAME": "demo-p-demo0001",
    "SAGEMAKER_PIPELINE_DESCRIPTION": "A pipeline under test",
    "SAGEMAKER_PIPELINE_ROLE_ARN": "arn:aws:iam::111111111111:role/service-role/demo",
    "ARTIFACT_BUCKET": "mlops-demo-111111111111",
    "ARTIFACT_BUCKET_KMS_ID": "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555",
    "ENABLE_NETWORK_ISOLATION": "true",
    "ENCRYPT_INTER_CONTAINER_TRAFFIC": "true",
    "SUBNET_IDS": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
    "SECURITY_GROUP_IDS": "sg-0123456789abcdef0",
}


@pytest.fixture
def environment() -> dict[str, str]:
    """The variables that a build gets, all of them set."""
    return dict(ENVIRONMENT)


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Settings with every protection switched on."""
    return Settings.from_environment(ENVIRONMENT)
