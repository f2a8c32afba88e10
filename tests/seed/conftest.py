"""The assembled repositories, each compiled once for all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_on_loopback import aws_on_loopback
from build_variables import SCORING_VARIANTS, VARIANTS
from hf_variables import HF_PLAIN, HF_VARIANTS
from importing import TOKEN
from loopback_hub import LoopbackHub, running
from mlops.local.compilation import Compiled
from mlops.local.execution import Execution
from seed_repository import SeedRepository
from training import PASSING, Training


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an AWS for all tests, one after the other: each module, or each test, starts over with it."""
    with aws_on_loopback(tmp_path_factory.mktemp("emulator") / "log") as url:
        yield url


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    """What a data scientist clones."""
    return SeedRepository.assemble("xgboost_abalone", tmp_path_factory.mktemp("seed") / "repository")


@pytest.fixture(scope="session")
def compiled(repository: SeedRepository) -> dict[str, Compiled]:
    """The pipeline, compiled with no network and no credentials, for each variant."""
    return repository.compile("abalone.pipeline", VARIANTS | {"all again": VARIANTS["all"]})


@pytest.fixture(scope="session")
def dataset(repository: SeedRepository, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generated rows, made by the repository's own command."""
    file = tmp_path_factory.mktemp("data") / "abalone.csv"
    repository.python(["-m", "abalone.generate_data", str(file), "--rows", "1500"], offline=True)
    return file


@pytest.fixture(scope="session")
def training(compiled: dict[str, Compiled], dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Training:
    """Where executions of the fully protected pipeline happen."""
    return Training.prepare(compiled["all"], dataset, tmp_path_factory.mktemp("execution"))


@pytest.fixture(scope="session")
def good(training: Training) -> Execution:
    """An execution whose model is good enough, and registered."""
    return training.pipeline.run("good", PASSING)


@pytest.fixture(scope="session")
def other_seed(training: Training) -> Execution:
    """The same with another seed, and so another model."""
    return training.pipeline.run("other-seed", PASSING | {"RandomSeed": 43})


@pytest.fixture(scope="session")
def batch_repository(tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    """What a data scientist clones to predict in batches."""
    return SeedRepository.assemble("batch_inference", tmp_path_factory.mktemp("batch") / "repository")


@pytest.fixture(scope="session")
def batch_compiled(batch_repository: SeedRepository) -> dict[str, Compiled]:
    """The batch pipeline, compiled with no network and no credentials, for each variant."""
    return batch_repository.compile("scoring.pipeline", SCORING_VARIANTS)


@pytest.fixture(scope="session")
def hf_repository(tmp_path_factory: pytest.TempPathFactory) -> SeedRepository:
    """What a data scientist clones to import models."""
    return SeedRepository.assemble("hf_import_models", tmp_path_factory.mktemp("hf") / "repository")


@pytest.fixture(scope="session")
def hub() -> Iterator[LoopbackHub]:
    """A hub on loopback, for the tests that import from it one after the other."""
    with running(LoopbackHub(TOKEN)) as served:
        yield served


@pytest.fixture(scope="session")
def hf_compiled(hf_repository: SeedRepository, hub: LoopbackHub) -> dict[str, Compiled]:
    """The import pipeline, compiled with no network and no credentials, for each variant; one has a hub to reach."""
    reached = {"HF_ENDPOINT": hub.address}
    more = {
        "all again": HF_VARIANTS["all"],
        "loopback": HF_PLAIN | reached,
        "loopback without a token": HF_VARIANTS["public"] | reached,
        "loopback transformers": HF_VARIANTS["transformers"] | reached,
    }
    return hf_repository.compile("model_import.pipeline", HF_VARIANTS | more)
