"""What a data scientist gets works as it stands."""

import re

import pytest
from seed_repository import SeedRepository


def test_the_repositorys_own_tests_pass_with_no_network_and_no_credentials(repository: SeedRepository) -> None:
    output = repository.python(["-m", "pytest", "-q", "-p", "no:cacheprovider"], offline=True)

    assert re.search(r"^\d+ passed in", output, re.MULTILINE), output
    assert "skipped" not in output


def test_every_lock_pins_and_hashes_every_package(repository: SeedRepository) -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        entries = re.split(r"\n(?=\S)", (repository.root / name).read_text(encoding="utf-8").strip())
        packages = [entry for entry in entries if not entry.startswith("#")]

        assert packages
        assert all(re.match(r"[\w.\[\]-]+==[\w.]+", entry) for entry in packages)
        assert all("--hash=sha256:" in entry for entry in packages)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_names_no_registry(repository: SeedRepository, name: str) -> None:
    text = (repository.root / name).read_text(encoding="utf-8")

    assert "://" not in text
    assert "index-url" not in text


def test_every_path_that_the_readme_names_is_there(repository: SeedRepository) -> None:
    readme = (repository.root / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:abalone|mlops|tests)/[\w./]*|buildspec\.yml)`", readme))

    assert "abalone/pipeline.py" in named
    assert [path for path in sorted(named) if not (repository.root / path).exists()] == []
