"""The variables of the build project, in the combinations that the platform can write."""

PLAIN = {
    "SAGEMAKER_PROJECT_NAME": "abalone",
    "SAGEMAKER_PROJECT_ID": "p-abalone01",
    "MODEL_PACKAGE_GROUP_NAME": "abalone-p-abalone01",
    "AWS_REGION": "us-east-1",
    "SAGEMAKER_PIPELINE_NAME": "abalone-p-abalone01",
    "SAGEMAKER_PIPELINE_ROLE_ARN": "arn:aws:iam::111111111111:role/service-role/abalone-execution",
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

HOURS = {"MAX_JOB_HOURS": "12"}
COMMIT = {"CODEBUILD_RESOLVED_SOURCE_VERSION": "0f1e2d3c" * 5}

VARIANTS = {
    "plain": PLAIN,
    "isolated": PLAIN | ISOLATED,
    "encrypted": PLAIN | ENCRYPTED,
    "key": PLAIN | KEY,
    "vpc": PLAIN | VPC,
    "all": PLAIN | KEY | VPC | DOMAIN | ISOLATED | ENCRYPTED | HOURS | COMMIT,
    "other-region": PLAIN | {"AWS_REGION": "eu-west-1"},
    "longest-names": PLAIN
    | {
        "SAGEMAKER_PROJECT_NAME": "a" * 32,
        "SAGEMAKER_PIPELINE_NAME": f"{'a' * 32}-p-{'b' * 20}",
        "MODEL_PACKAGE_GROUP_NAME": f"{'a' * 32}-p-{'b' * 20}",
    },
}

SCORING = PLAIN | {
    "SAGEMAKER_PROJECT_NAME": "scoring",
    "SAGEMAKER_PROJECT_ID": "p-scoring01",
    "SAGEMAKER_PIPELINE_NAME": "scoring-p-scoring01",
    "SAGEMAKER_PIPELINE_ROLE_ARN": "arn:aws:iam::111111111111:role/service-role/scoring-execution",
    "ARTIFACT_BUCKET": "mlops-scoring-111111111111",
    "BASE_JOB_PREFIX": "scoring",
    "MODEL_BUCKET": PLAIN["ARTIFACT_BUCKET"],
    **ISOLATED,
}
SCORING_VARIANTS = {
    "plain": SCORING,
    "all": SCORING | KEY | VPC | DOMAIN | HOURS | COMMIT,
    "other-region": SCORING | {"AWS_REGION": "eu-west-1"},
    "longest-names": SCORING
    | {
        "SAGEMAKER_PROJECT_NAME": "a" * 32,
        "SAGEMAKER_PIPELINE_NAME": f"{'a' * 32}-p-{'b' * 18}",
        "MODEL_PACKAGE_GROUP_NAME": "g" * 63,
        "BASE_JOB_PREFIX": "j" * 24,
    },
}
