"""A language model is deployed with the settings of the repository's example, as far as its provider knows them."""

from pathlib import Path

import pytest
import yaml
from sagemaker_templates.rehearsal.language_settings import for_language_models
from sagemaker_templates.seeds import assemble
from sagemaker_templates.templates import model_deploy

ECR = "763104351884.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The files of a repository of model_deploy."""
    for path, content in assemble(model_deploy.TEMPLATE.seed).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize(
    ("image", "machine"),
    [
        ("huggingface-pytorch-tgi-inference", "al2-ami-sagemaker-inference-gpu-3-1"),
        ("huggingface-vllm", None),
    ],
)
def test_the_example_is_the_default_with_drivers_of_the_container_that_the_provider_knows(
    repository: Path, image: str, machine: str | None
) -> None:
    changes = for_language_models(repository, f"{ECR}/{image}:tag")
    settings, example = (
        yaml.safe_load(content)
        for content in (
            changes["environments/default.yml"] or b"",
            (repository / "examples/language-model.yml").read_bytes(),
        )
    )
    assert settings["variants"]["main"].pop("inference-ami-version", None) == machine
    del example["variants"]["main"]["inference-ami-version"]
    assert settings == example


def test_only_the_files_of_environments_that_name_instances_go(repository: Path) -> None:
    changes = for_language_models(repository, f"{ECR}/huggingface-vllm:tag")
    gone = [path for path, content in changes.items() if content is None]
    assert gone == ["environments/pre-prod.yml", "environments/prod.yml"]
