"""What is installed from the built package works in an empty folder, with nothing of the checkout beside it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PathDistribution, distribution, packages_distributions
from pathlib import Path

import pytest
from built_package import run_uv
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sagemaker_templates.cli import main
from sagemaker_templates.seeds import archive, assemble
from synthesized import ROOT, SHIPPED, files, files_of

# In one process, for all of them look at one installation.
pytestmark = pytest.mark.xdist_group("package")

SEEDS = sorted(path.name for path in (ROOT / "seed").iterdir() if path.is_dir() and path.name != "_shared")


@dataclass(frozen=True)
class Installed:
    """The package in a folder of its own; its dependencies come from this environment, and no other packages do."""

    folder: Path
    blocker: Path

    def run(self, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run the installed command."""
        search = os.pathsep.join(map(str, (self.blocker, self.folder)))
        return subprocess.run(
            [str(self.folder / "bin" / "sagemaker-templates"), *arguments],
            cwd=folder,
            env={"PATH": os.defpath + os.pathsep + os.environ["PATH"], "PYTHONPATH": search},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def package(self) -> Path:
        """The package's own folder."""
        return self.folder / "sagemaker_templates"


@pytest.fixture(scope="module")
def installed(built_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The built wheel, installed; no network, nothing written here."""
    folder = tmp_path_factory.mktemp("package")
    target, blocker = folder / "installed", folder / "blocker"
    run_uv(
        "pip", "install", "--offline", "--no-deps", "--compile-bytecode", "--target", str(target), str(built_wheel)
    )
    (metadata,) = target.glob("*.dist-info")
    _block_undeclared(Distribution.at(metadata), blocker)
    return Installed(target, blocker)


def _block_undeclared(package: PathDistribution, folder: Path) -> None:
    """Let Python find no module of a distribution that the package does not declare, at any remove."""
    declared = set(_closure(package, set()))
    hidden = [
        module
        for module, owners in packages_distributions().items()
        if declared.isdisjoint(map(canonicalize_name, owners)) and module != package.name.replace("-", "_")
    ]
    assert {"checkov", "moto", "pytest"} <= set(hidden)
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(f"import sys\nsys.modules.update(dict.fromkeys({hidden}))\n")


def _closure(package: Distribution, seen: set[str]) -> Iterator[str]:
    for text in package.requires or ():
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        if name not in seen and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            seen.add(name)
            yield name
            yield from _closure(distribution(name), seen)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that holds environments and nothing else."""
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    return tmp_path


def test_the_installed_command_validates_in_a_folder_of_its_own(installed: Installed, elsewhere: Path) -> None:
    run = installed.run("validate", folder=elsewhere)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "7 projects in dev, pre-prod, prod\n"


def test_the_installed_command_writes_the_bytes_that_the_checkout_writes(
    installed: Installed, elsewhere: Path
) -> None:
    run = installed.run("synth", folder=elsewhere)
    assert (run.returncode, run.stderr) == (0, "")
    assert files_of(elsewhere / "cdktf.out" / "stacks") == files(SHIPPED)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_package_carries_each_seed_as_the_checkout_has_it(installed: Installed, seed: str) -> None:
    carried = installed.package / "seed"
    assert archive(assemble(carried / seed, carried / "_shared")) == archive(assemble(ROOT / "seed" / seed))


def test_the_package_carries_every_file_of_ours(installed: Installed) -> None:
    package = ROOT / "constructs" / "sagemaker_templates"
    ours = {path.relative_to(package) for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert {path for path in ours if not (installed.package / path).is_file()} == set()


@pytest.mark.parametrize("command", ["validate", "synth", "atlantis", "plan", "scan", "demo"])
def test_no_command_of_an_empty_folder_ends_in_a_traceback(
    installed: Installed, tmp_path: Path, command: str
) -> None:
    run = installed.run(command, folder=tmp_path)
    assert run.returncode in (1, 2)
    assert "Traceback" not in run.stderr
    assert run.stderr.strip()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "module", "line"),
    [
        (["scan"], "checkov", "the scan needs checkov, which is not installed here: pip install 'checkov'"),
        (
            ["scan", "--plans"],
            "moto",
            "the emulator that plans are made on needs moto, which is not installed here: pip install 'moto[server]'",
        ),
        (
            ["demo"],
            "moto",
            "the demo's emulator needs moto, which is not installed here: pip install 'moto[server]'",
        ),
    ],
)
def test_a_command_whose_package_is_missing_says_so_in_a_line_and_writes_nothing(
    *,
    arguments: list[str],
    module: str,
    line: str,
    elsewhere: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr("sagemaker_templates.demo.run.find_engine", lambda: None)
    monkeypatch.chdir(elsewhere)
    if arguments[0] == "scan":
        (elsewhere / "cdktf.out" / "stacks").mkdir(parents=True)
    before = sorted(elsewhere.rglob("*"))
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert (ended.value.code, capsys.readouterr().err.splitlines()) == (1, [line])
    assert sorted(elsewhere.rglob("*")) == before
