"""What may be written about a model of the Hugging Face hub."""

from typing import Any

import pytest
from builders import a_project, parameters
from pydantic import ValidationError
from sagemaker_templates.settings import Configuration
from sagemaker_templates.templates.hf_import_models import objections

RIGHT: dict[str, Any] = {"hf_model_id": "example-org/tiny-llama", "hf_access_token_secret": "ml/hugging-face"}
# Shaped as an access token is, and none: written in two pieces, so that no search for tokens stops here.
LOOKS_LIKE_A_TOKEN = "hf_" + "a1B2" * 9


def hf_parameters(**changes: Any) -> Any:
    """Parameters of hf_import_models, right but for the changes."""
    return parameters("hf_import_models", **{**RIGHT, **changes})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hf_model_id", "gpt2"),
        ("hf_model_id", "meta-llama/Llama-3.1_8B.v2"),
        ("hf_revision", "refs/pr/1"),
        ("hf_revision", "0" * 40),
        ("hf_revision", "v1.0-rc_1"),
        ("hf_access_token_kms_key_arn", "arn:aws-cn:kms:cn-north-1:111111111111:key/mrk-" + "0" * 32),
    ],
)
def test_what_the_hub_and_aws_allow_is_allowed(field: str, value: str) -> None:
    assert getattr(hf_parameters(**{field: value}), field) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hf_model_id", "https://huggingface.co/example-org/tiny"),
        ("hf_model_id", "example-org/tiny/main"),
        ("hf_model_id", "example-org/../tiny"),
        ("hf_model_id", "-example/tiny"),
        ("hf_model_id", "example/tiny."),
        ("hf_model_id", "example/ti--ny"),
        ("hf_model_id", "a/" + "b" * 95),
        ("hf_revision", "a..b"),
        ("hf_revision", "/main"),
        ("hf_revision", ""),
        ("hf_access_token_secret", LOOKS_LIKE_A_TOKEN),
        ("hf_revision", LOOKS_LIKE_A_TOKEN),
        ("hf_model_id", LOOKS_LIKE_A_TOKEN),
        ("hf_access_token_kms_key_arn", "alias/my-key"),
        ("hf_access_token_kms_key_arn", "arn:aws:kms:us-east-1:111111111111:alias/my-key"),
        ("hf_access_token_kms_key_arn", "arn:aws:kms:us-east-1:111111111111:key/*"),
    ],
)
def test_what_they_refuse_is_refused_and_so_is_a_token_anywhere(field: str, value: str) -> None:
    with pytest.raises(ValidationError):
        hf_parameters(**{field: value})


def test_the_model_has_no_default() -> None:
    with pytest.raises(ValidationError, match="Field required"):
        parameters("hf_import_models")


def test_a_public_model_needs_no_secret() -> None:
    public: Any = parameters("hf_import_models", hf_model_id="example-org/tiny-llama")

    assert public.hf_access_token_secret is None


def test_a_key_without_the_secret_that_it_encrypts_is_refused() -> None:
    key = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"

    assert hf_parameters(hf_access_token_kms_key_arn=key).hf_access_token_kms_key_arn == key
    with pytest.raises(ValidationError, match="a key needs its secret: give hf-access-token-secret as well"):
        parameters("hf_import_models", hf_model_id="example-org/tiny-llama", hf_access_token_kms_key_arn=key)


@pytest.mark.parametrize(
    ("place", "refused"),
    [
        ("aws:kms:us-east-1:111111111111", False),
        ("aws:kms:us-east-1:222222222222", False),
        ("aws:kms:us-west-2:111111111111", True),
        ("aws-cn:kms:us-east-1:111111111111", True),
    ],
)
def test_a_key_that_no_secret_of_the_region_can_have_is_refused(place: str, refused: bool) -> None:
    key = f"arn:{place}:key/11111111-2222-3333-4444-555555555555"
    project = a_project(template="hf_import_models", parameters=hf_parameters(hf_access_token_kms_key_arn=key))

    told = [
        (one.field, one.message) for one in objections([project], Configuration((project.environment,), (project,)))
    ]

    message = "is a key of another region or partition than us-east-1, where the secret is; it can have none"
    assert told == ([("hf_access_token_kms_key_arn", message)] if refused else [])
