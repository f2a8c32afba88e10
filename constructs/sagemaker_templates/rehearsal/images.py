"""An image of ECR's by its address, in the words of what services do with it."""

import re

from sagemaker_templates.failures import StepFailed

_ADDRESS = re.compile(r"(?P<registry>\d{12})\.dkr\.ecr\.[^/]+/(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?")


class ImageNotRehearsed(StepFailed):
    """An image is not in ECR, whose rights alone are known here."""


def parts_of_image(address: str) -> dict[str, str]:
    """Return the values ``registry``, ``image-repository`` and ``image-tag`` of an act that has to do with an image.

    Raises:
        ImageNotRehearsed: it is no address of ECR's.
    """
    found = _ADDRESS.match(address)
    if found is None:
        raise ImageNotRehearsed(f"{address} is no image of ECR's")
    tag = found["tag"] or "latest"
    return {"registry": found["registry"], "image-repository": found["repository"], "image-tag": tag}


def some_layers() -> list[str]:
    """Return layers as an image has them: which ones does not matter, for ECR has no rights to single ones."""
    return [f"sha256:{'0' * 64}"]
