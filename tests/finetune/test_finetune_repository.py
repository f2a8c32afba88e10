"""What a data scientist gets works as it stands."""

import ast
import re
import shutil
import sys
import textwrap
from pathlib import Path

import pytest
from seed_repository import SeedRepository

# The container's Python, and what of it the scripts use beyond the standard library.
CONTAINER_PYTHON = (3, 12)
CONTAINER_PACKAGES = frozenset({"boto3", "huggingface_hub", "peft", "torch", "transformers"})


def test_the_repositorys_own_tests_pass_with_no_network_and_no_credentials(repository: SeedRepository) -> None:
    output = repository.python(["-m", "pytest", "-q", "-p", "no:cacheprovider"], offline=True)

    assert re.search(r"^\d+ passed(, \d+ warnings?)? in", output, re.MULTILINE), output
    assert "skipped" not in output


def test_the_pipeline_compiles_on_ones_own_machine_as_the_readme_says(
    repository: SeedRepository, tmp_path: Path
) -> None:
    """With the example of the environment as it stands, no network and no credentials."""
    readme = (repository.root / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"(?m)^    cp \.env\.example \.env\n(?:    .+\n)+", readme)
    copied = SeedRepository(tmp_path / "repository")
    shutil.copytree(repository.root, copied.root)

    log = copied.run(["bash", "-ec", textwrap.dedent(block)], offline=True)

    assert "compiled, nothing sent to AWS: definition.json" in log


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-test.txt"])
def test_every_lock_pins_and_hashes_every_package_and_names_no_registry(
    repository: SeedRepository, name: str
) -> None:
    text = (repository.root / name).read_text(encoding="utf-8")
    packages = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]

    assert packages
    assert all(re.match(r"[\w.\[\]-]+==[\w.]+", entry) and "--hash=sha256:" in entry for entry in packages)
    assert "://" not in text
    assert "index-url" not in text


def test_the_tests_run_the_libraries_of_the_container(repository: SeedRepository) -> None:
    pipeline = (repository.root / "text_to_sql/pipeline.py").read_text(encoding="utf-8")
    lock = (repository.root / "requirements-dev.txt").read_text(encoding="utf-8")
    image = re.search(r'TRANSFORMERS_VERSION = "([\d.]+)"', pipeline)

    assert image
    assert f"transformers=={image.group(1)} " in lock


def test_every_path_that_the_readme_names_is_there(repository: SeedRepository) -> None:
    readme = (repository.root / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:text_to_sql|mlops|tests)/[\w./]*|buildspec\.yml|overrides\.txt)`", readme))

    assert "text_to_sql/pipeline.py" in named
    assert [path for path in sorted(named) if not (repository.root / path).exists()] == []


def test_the_readme_names_every_parameter_of_the_pipeline(repository: SeedRepository) -> None:
    pipeline = (repository.root / "text_to_sql/pipeline.py").read_text(encoding="utf-8")
    readme = (repository.root / "README.md").read_text(encoding="utf-8")
    parameters = re.findall(r'Parameter(?:String|Float|Integer)\(\s*"(\w+)"', pipeline)

    assert len(parameters) > 15
    assert [name for name in parameters if f"`{name}`" not in readme] == []


def test_the_jobs_scripts_need_only_what_the_container_has(repository: SeedRepository) -> None:
    scripts = sorted((repository.root / "text_to_sql/scripts").glob("*.py"))
    available = sys.stdlib_module_names | CONTAINER_PACKAGES | {script.stem for script in scripts}
    missing = {}
    for script in scripts:
        tree = ast.parse(script.read_text(encoding="utf-8"), feature_version=CONTAINER_PYTHON)
        nodes = list(ast.walk(tree))
        plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        named = plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        missing[script.name] = {name.partition(".")[0] for name in named} - available

    assert missing == {script.name: set() for script in scripts}
