"""An image's address is taken apart as acts of services want it."""

import pytest
from sagemaker_templates.rehearsal.images import ImageNotRehearsed, parts_of_image

_ECR = "683313688378.dkr.ecr.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("rest", "repository", "tag"),
    [
        ("sagemaker-xgboost:1.7-1", "sagemaker-xgboost", "1.7-1"),
        ("team/deep/image:a", "team/deep/image", "a"),
        ("image", "image", "latest"),
        (f"image@sha256:{'0' * 64}", "image", "latest"),
    ],
)
def test_an_address_says_registry_repository_and_tag(rest: str, repository: str, tag: str) -> None:
    assert parts_of_image(f"{_ECR}/{rest}") == {
        "registry": "683313688378",
        "image-repository": repository,
        "image-tag": tag,
    }


def test_what_is_no_address_of_an_image_is_refused() -> None:
    with pytest.raises(ImageNotRehearsed, match=r"docker\.io/image is no image"):
        parts_of_image("docker.io/image")
