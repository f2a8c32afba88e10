"""What a data scientist gets works as it stands."""

import ast
import re
import shutil
import sys
import textwrap
from pathlib import Path

import pytest
from build_variables import SCORING_VARIANTS, VARIANTS
from hf_variables import HF_VARIANTS
from sagemaker_templates.seeds import seed_folder
from seed_repository import SeedRepository

# The package that holds a repository's pipeline, by its seed.
PACKAGES = {"xgboost_abalone": "abalone", "batch_inference": "scoring", "hf_import_models": "model_import"}


@pytest.fixture(params=PACKAGES)
def seed(request: pytest.FixtureRequest) -> str:
    """The name of a seed: each in turn."""
    return str(request.param)


@pytest.fixture
def any_repository(
    seed: str,
    repository: SeedRepository,
    batch_repository: SeedRepository,
    hf_repository: SeedRepository,
) -> SeedRepository:
    """Its repository."""
    repositories = {
        "xgboost_abalone": repository,
        "batch_inference": batch_repository,
        "hf_import_models": hf_repository,
    }
    return repositories[seed]


def test_the_repositorys_own_tests_pass_with_no_network_and_no_credentials(
    any_repository: SeedRepository, seed: str
) -> None:
    """With the variables of a build, where they run before anything is delivered."""
    variables = {"xgboost_abalone": VARIANTS, "batch_inference": SCORING_VARIANTS, "hf_import_models": HF_VARIANTS}
    output = any_repository.python(
        ["-m", "pytest", "-q", "-p", "no:cacheprovider"], offline=True, environment=variables[seed]["all"]
    )

    assert re.search(r"^\d+ passed in", output, re.MULTILINE), output
    assert "skipped" not in output


def test_the_pipeline_compiles_on_ones_own_machine_as_the_readme_says(
    any_repository: SeedRepository, seed: str, tmp_path: Path
) -> None:
    """With the example of the environment as it stands, no network and no credentials."""
    readme = (any_repository.root / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"(?m)^    cp \.env\.example \.env\n(?:    .+\n)+", readme)
    repository = SeedRepository(tmp_path / "repository")
    shutil.copytree(any_repository.root, repository.root)

    log = repository.run(["bash", "-ec", textwrap.dedent(block)], offline=True)

    assert f"python -m mlops.deliver {PACKAGES[seed]}.pipeline --compile-only definition.json" in block
    assert "compiled, nothing sent to AWS: definition.json" in log
    assert ".env\n" in (repository.root / ".gitignore").read_text(encoding="utf-8")


def test_every_lock_pins_and_hashes_every_package(any_repository: SeedRepository) -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        entries = re.split(r"\n(?=\S)", (any_repository.root / name).read_text(encoding="utf-8").strip())
        packages = [entry for entry in entries if not entry.startswith("#")]

        assert packages
        assert all(re.match(r"[\w.\[\]-]+==[\w.]+", entry) for entry in packages)
        assert all("--hash=sha256:" in entry for entry in packages)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_names_no_registry(any_repository: SeedRepository, name: str) -> None:
    text = (any_repository.root / name).read_text(encoding="utf-8")

    assert "://" not in text
    assert "index-url" not in text


def pins(lock: str) -> dict[str, frozenset[str]]:
    """The versions of each package in a lock; there are several where they depend on the version of Python."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.\[\]-]+)==([\w.]+)", lock, re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return {name: frozenset(versions) for name, versions in found.items()}


def test_the_locks_of_all_seeds_agree_so_that_one_environment_can_run_them() -> None:
    agreed: dict[str, frozenset[str]] = {}
    for lock in sorted(seed_folder("").glob("*/requirements*.txt")):
        for name, versions in pins(lock.read_text(encoding="utf-8")).items():
            assert agreed.setdefault(name, versions) == versions, f"{name} in {lock.parent.name}/{lock.name}"

    assert {"sagemaker", "pytest", "xgboost-cpu"} <= agreed.keys()


def test_every_path_that_the_readme_names_is_there(any_repository: SeedRepository, seed: str) -> None:
    package = PACKAGES[seed]
    readme = (any_repository.root / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(rf"`((?:{package}|mlops|tests)/[\w./]*|buildspec\.yml)`", readme))

    assert f"{package}/pipeline.py" in named
    assert [path for path in sorted(named) if not (any_repository.root / path).exists()] == []


def test_every_variable_that_the_readme_names_is_one_of_the_build(any_repository: SeedRepository) -> None:
    """What stands for a value in a path, such as PIPELINE_NAME, is found there under the name that the page says."""
    readme = (any_repository.root / "README.md").read_text(encoding="utf-8")
    example = (any_repository.root / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", readme))

    assert {"ARTIFACT_BUCKET", "SAGEMAKER_PROJECT_NAME", "SAGEMAKER_PIPELINE_NAME"} <= named
    assert named <= set(re.findall(r"(?m)^([A-Z_]+)=", example))


# The environment of the XGBoost container's server.
SERVER = Path(__file__).parents[2] / "constructs/sagemaker_templates/rehearsal/containers/xgboost"
# What the containers have that run the jobs; the Python of both is 3.10.
CONTAINER_PYTHON = (3, 10)
CONTAINER_PACKAGES = {
    "xgboost_abalone": frozenset({"numpy", "sagemaker_containers", "xgboost"}),
    "batch_inference": frozenset({"boto3", "numpy", "xgboost"}),
    "hf_import_models": frozenset({"boto3", "botocore"}),
}


def imported(script: Path) -> set[str]:
    """The top-level modules that a script imports, read as the container's Python would read it."""
    tree = ast.parse(script.read_text(encoding="utf-8"), feature_version=CONTAINER_PYTHON)
    nodes = list(ast.walk(tree))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {
        name.partition(".")[0]
        for name in plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    }


def test_the_jobs_scripts_need_only_what_the_container_has(any_repository: SeedRepository, seed: str) -> None:
    scripts = sorted((any_repository.root / PACKAGES[seed] / "scripts").glob("*.py"))
    available = sys.stdlib_module_names | CONTAINER_PACKAGES[seed] | {script.stem for script in scripts}

    assert scripts
    assert {script.name: imported(script) - available for script in scripts} == {
        script.name: set() for script in scripts
    }


def test_the_tests_run_the_xgboost_of_the_container(
    repository: SeedRepository, batch_repository: SeedRepository
) -> None:
    for root, package in ((repository.root, "abalone"), (batch_repository.root, "scoring")):
        _assert_xgboost_is_the_images((root / package / "pipeline.py").read_text(encoding="utf-8"))


def _assert_xgboost_is_the_images(pipeline: str) -> None:
    image = re.search(r'XGBOOST_VERSION = "(\d+)\.(\d+)-(\d+)"', pipeline)

    assert image
    # What the tests train with, and what they serve with.
    for folder, name in (
        (seed_folder("xgboost_abalone"), "requirements-dev.txt"),
        (seed_folder("batch_inference"), "requirements-local.txt"),
        (SERVER, "requirements.txt"),
    ):
        assert f"xgboost-cpu=={'.'.join(image.groups())} " in (folder / name).read_text(encoding="utf-8")
