"""A small folder of environments that is right, and its files in other forms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from sagemaker_templates.settings import Configuration
from sagemaker_templates.settings.model import TemplateParameters

DEV = "dev/environment.yaml"
PROD = "prod/environment.yaml"
ABALONE = "dev/projects/abalone.yaml"

FILES = {
    DEV: """\
account-id: "111111111111"
region: us-east-1
state:
  type: s3
  bucket: example-tfstate
  key-prefix: states/dev
network:
  vpc-id: vpc-0123456789abcdef0
  subnet-ids: [subnet-0123456789abcdef0]
promotes-to: [prod]
""",
    PROD: """\
account-id: "333333333333"
region: us-east-1
state:
  type: local
""",
    ABALONE: """\
project-template-type: train
sagemaker-project-name: abalone
sagemaker-project-id: p-abalone01
isolated: true
""",
}


class TrainParameters(TemplateParameters):
    """Parameters of a template with defaults only."""

    isolated: bool = Field(default=False, description="Without network.")
    rounds: int = Field(default=10, ge=1, description="How often.")
    images: tuple[str, ...] = Field(default=(), description="Names of images.")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.rounds > 100 and self.isolated:
            raise ValueError("more than 100 rounds need isolated: false")
        return self


class DeployParameters(TemplateParameters):
    """Parameters of a template with a required one."""

    isolated: bool = Field(default=False, description="Without network.")
    model_group: str = Field(description="The group of the model.")


@dataclass(frozen=True)
class Template:
    """What settings know of a template."""

    parameters: type[TemplateParameters]
    repository_suffix: str = "build"


TEMPLATES = {"deploy": Template(DeployParameters), "train": Template(TrainParameters)}

# The whole text of a file; None for no such file.
Change = str | bytes | None
Loader = Callable[..., Configuration]
Problems = Callable[..., list[str]]


def write(folder: Path, changes: Mapping[str, Change]) -> None:
    """Write the right files, some of them in another form."""
    for name, text in {**FILES, **changes}.items():
        if text is not None:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())


def changes_of(described: Mapping[str, Mapping[str, str]]) -> dict[str, Change]:
    """The files that ``bad_input.yaml`` describes."""
    return {name: _text(FILES.get(name, ""), how) for name, how in described.items()}


def _text(right: str, how: Mapping[str, str]) -> Change:
    match dict(how):
        case {"replace": old, "by": new}:
            assert old in right, f"{old!r} is not in the file"
            return right.replace(old, new)
        case {"add": lines}:
            return right + lines
        case {"copy": other}:
            return FILES[other]
        case {"text": text}:
            return text
        case _:
            return None
