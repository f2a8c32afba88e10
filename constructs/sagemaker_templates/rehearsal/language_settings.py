"""What the team of a deployment changes in its repository for a language model, as the repository's example says."""

import re
from pathlib import Path

import yaml

from sagemaker_templates.rehearsal.containers.known import TGI
from sagemaker_templates.rehearsal.images import parts_of_image
from sagemaker_templates.rehearsal.repository import Changes

_EXAMPLE, _DEFAULT = "examples/language-model.yml", "environments/default.yml"
# The example's machine image is vLLM's, and AWS provider 5.100.0, which the repository's lock file names, refuses it.
# A team locks a newer one first; the rehearsal takes SageMaker's default, which nothing here depends on.
_OF_THE_EXAMPLE = re.compile(r"^ *inference-ami-version: .*\n", re.MULTILINE)
_OF_IMAGE = {TGI: "    inference-ami-version: al2-ami-sagemaker-inference-gpu-3-1\n"}


def for_language_models(repository: Path, image: str) -> Changes:
    """The example is what every environment has; those of other instances lose their own file.

    Args:
        repository: the folder with the repository's files.
        image: that the model is registered with.
    """
    drivers = _OF_IMAGE.get(parts_of_image(image)["image-repository"], "")
    settings = _OF_THE_EXAMPLE.sub(drivers, (repository / _EXAMPLE).read_text(encoding="utf-8"))
    others = (path for path in sorted((repository / "environments").glob("*.yml")) if path.name != "default.yml")
    gone = [path.relative_to(repository).as_posix() for path in others if _names_instances(path)]
    return {_DEFAULT: settings.encode(), **dict.fromkeys(gone)}


def _names_instances(settings: Path) -> bool:
    return "variants" in (yaml.safe_load(settings.read_text(encoding="utf-8")) or {})
