"""The variables of hf_import_models' build project, in the combinations that the platform can write."""

from build_variables import DOMAIN, KEY

HF_PLAIN = {
    "SAGEMAKER_PROJECT_NAME": "llama",
    "SAGEMAKER_PROJECT_ID": "p-llama00001",
    "MODEL_PACKAGE_GROUP_NAME": "llama-p-llama00001",
    "AWS_REGION": "us-east-1",
    "SAGEMAKER_PIPELINE_NAME": "llama-p-llama00001",
    "SAGEMAKER_PIPELINE_ROLE_ARN": "arn:aws:iam::111111111111:role/service-role/llama-sagemaker-execution",
    "ARTIFACT_BUCKET": "mlops-llama-111111111111",
    "HUGGING_FACE_IMPORT_ROLE_ARN": "arn:aws:iam::111111111111:role/service-role/llama-huggingface-import",
    "HUGGING_FACE_ACCESS_TOKEN_SECRET": "ml/hugging-face",
    "HUGGING_FACE_MODEL_ID": "example-org/tiny-llama",
    "HUGGING_FACE_MODEL_REVISION": "main",
}

HF_VARIANTS = {
    "plain": HF_PLAIN,
    "vllm": HF_PLAIN | {"SERVING": "vllm"},
    "transformers": HF_PLAIN | {"SERVING": "transformers"},
    "mirror": HF_PLAIN | {"HF_ENDPOINT": "https://hub.example.com/"},
    "public": {name: value for name, value in HF_PLAIN.items() if name != "HUGGING_FACE_ACCESS_TOKEN_SECRET"},
    "encrypted": HF_PLAIN | {"ENCRYPT_INTER_CONTAINER_TRAFFIC": "true"},
    "all": HF_PLAIN | KEY | DOMAIN | {"HUGGING_FACE_MODEL_REVISION": "v1.0"},
    "other-region": HF_PLAIN | {"AWS_REGION": "eu-west-1"},
    "longest-names": HF_PLAIN
    | {
        "SAGEMAKER_PROJECT_NAME": "a" * 32,
        "SAGEMAKER_PIPELINE_NAME": f"{'a' * 32}-p-{'b' * 20}",
        "MODEL_PACKAGE_GROUP_NAME": f"{'a' * 32}-p-{'b' * 20}",
        "HUGGING_FACE_MODEL_ID": f"{'o' * 47}/{'m' * 48}",
        "HUGGING_FACE_ACCESS_TOKEN_SECRET": "s" * 250,
        "HUGGING_FACE_MODEL_REVISION": "r" * 250,
    },
}
