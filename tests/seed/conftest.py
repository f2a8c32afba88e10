"""The assembled repository of xgboost_abalone, compiled for every combination of options, once for all tests."""

from pathlib import Path

import pytest
from seed_repository import Compiled, SeedRepository

PLAIN = {
    "SAGEMAKER_PROJECT_NAME": "abalone",
    "SAGEMAKER_PROJECT_ID": "p-abalone01",
    "MODEL_PACKAGE_GROUP_NAME": "abalone-p-abalone01",
    "AWS_REGION": "us-east-1",
    "SAGEMAKER_PIPELINE_NAME": "abalone-p-abalone01",
    "SAGEMAKER_PIPELINE_ROLE_ARN": "arn:aws:iam::111111111111:role/service-role/abalone-p-abalone01-execution",
    "ARTIFACT_BUCKET": "mlops-abalone-111111111111",
}
KEY = {"ARTIFACT_BUCKET_KMS_ID": "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"}
VPC = {
    "SUBNET_IDS": "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
    "SECURITY_GROUP_IDS": "sg-0123456789abcdef0",
}
DOMAIN = {
    "SAGEMAKER_DOMAIN_ID": "d-abcdefgh1234",
    "SAGEMAKER_DOMAIN_ARN": "arn:aws:sagemaker:us-east-1:111111111111:domain/d-abcdefgh1234",
    "SAGEMAKER_PIPELINE_DESCRIPTION": "Predicts the age of abalones.",
}
ISOLATED = {"ENABLE_NETWORK_ISOLATION": "true"}
ENCRYPTED = {"ENCRYPT_INTER_CONTAINER_TRAFFIC": "true"}

VARIANTS = {
    "plain": PLAIN,
    "isolated": PLAIN | ISOLATED,
    "encrypted": PLAIN | ENCRYPTED,
    "key": PLAIN | KEY,
    "vpc": PLAIN | VPC,
    "all": PLAIN | KEY | VPC | DOMAIN | ISOLATED | ENCRYPTED,
    "other-region": PLAIN | {"AWS_REGION": "eu-west-1"},
    "longest-names": PLAIN
    | {
        "SAGEMAKER_PROJECT_NAME": "a" * 32,
        "SAGEMAKER_PIPELINE_NAME": f"{'a' * 32}-p-{'b' * 20}",
        "MODEL_PACKAGE_GROUP_NAME": f"{'a' * 32}-p-{'b' * 20}",
    },
}


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    """What a data scientist clones."""
    return SeedRepository.assemble("xgboost_abalone", tmp_path_factory.mktemp("seed") / "repository")


@pytest.fixture(scope="session")
def compiled(repository: SeedRepository) -> dict[str, Compiled]:
    """The pipeline, compiled with no network and no credentials, for each variant."""
    return repository.compile("abalone.pipeline", VARIANTS | {"all again": VARIANTS["all"]})


@pytest.fixture(scope="session")
def dataset(repository: SeedRepository, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generated rows, made by the repository's own command."""
    file = tmp_path_factory.mktemp("data") / "abalone.csv"
    repository.python(["-m", "abalone.generate_data", str(file), "--rows", "1500"], offline=True)
    return file
