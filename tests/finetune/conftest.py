"""The assembled repository of finetune_llm_evaluation, its pipeline, an AWS for it, and a tiny model to tune."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_on_loopback import aws_on_loopback, client
from build_variables import PLAIN
from finetune_variables import ENVIRONMENTS, PLATFORM
from mlops.local.compilation import Compiled
from seed_repository import SeedRepository

MAKE_MODEL = Path(__file__).with_name("support") / "pretrained_llama.py"


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    """What a data scientist clones."""
    return SeedRepository.assemble("finetune_llm_evaluation", tmp_path_factory.mktemp("seed") / "repository")


@pytest.fixture(scope="session")
def compiled(repository: SeedRepository) -> dict[str, Compiled]:
    """The pipeline, compiled with no network and no credentials, for each variant."""
    return repository.compile("text_to_sql.pipeline", ENVIRONMENTS | {"platform again": PLATFORM})


@pytest.fixture(scope="session")
def base_model(repository: SeedRepository, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny language model that has learned some SQL, made here."""
    folder = tmp_path_factory.mktemp("base") / "model"
    repository.python(
        [str(MAKE_MODEL), str(folder)], offline=True, environment={"PYTHONPATH": "text_to_sql/scripts:."}
    )
    return folder


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an AWS that has the project's bucket and nothing in it."""
    with aws_on_loopback(tmp_path_factory.mktemp("emulator") / "log") as url:
        client("s3", url).create_bucket(Bucket=PLAIN["ARTIFACT_BUCKET"])
        yield url
