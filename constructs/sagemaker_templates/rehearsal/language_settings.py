"""What the team of a deployment changes in its repository for a language model, as the repository's example says."""

import re
from pathlib import Path

import yaml

from sagemaker_templates.rehearsal.containers.known import TGI
from sagemaker_templates.rehearsal.images import parts_of_image
from sagemaker_templates.rehearsal.repository import Changes

_EXAMPLE, _DEFAULT = "examples/language-model.yml", "environments/default.yml"
# The example's machine image is TGI's. For vLLM a team locks a newer AWS provider, and names another; the rehearsal
# takes SageMaker's default, which nothing here depends on.
_OF_TGI = re.compile(r"^ *inference-ami-version: .*\n", re.MULTILINE)


def for_language_models(repository: Path, image: str) -> Changes:
    """The example is what every environment has; those of other instances lose their own file.

    Args:
        repository: the folder with the repository's files.
        image: that the model is registered with.
    """
    settings = (repository / _EXAMPLE).read_text(encoding="utf-8")
    if parts_of_image(image)["image-repository"] != TGI:
        settings = _OF_TGI.sub("", settings)
    others = (path for path in sorted((repository / "environments").glob("*.yml")) if path.name != "default.yml")
    gone = [path.relative_to(repository).as_posix() for path in others if _names_instances(path)]
    return {_DEFAULT: settings.encode(), **dict.fromkeys(gone)}


def _names_instances(settings: Path) -> bool:
    return "variants" in (yaml.safe_load(settings.read_text(encoding="utf-8")) or {})
