"""Every command that README and docs show is run as it is written, in a copy of the project, against the emulator."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from page_commands import commands
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.doctor.secrets import secrets_of
from sagemaker_templates.doctor.site import sites
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import Account, prepare_configuration
from sagemaker_templates.operations.mirror import ProviderSource
from sagemaker_templates.settings.model import S3State
from sagemaker_templates.templates.registry import all_templates
from sound_account import make_bucket_sound, make_network_sound

ROOT = Path(__file__).parents[2]
CDKTF = ROOT / "tests" / "cdktf_cli" / "node_modules" / ".bin"
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])

RUN_ELSEWHERE = {
    "make demo": "test_demo.py",
    "sagemaker-templates demo": "test_demo.py",
    "make rehearsal REPORT=rehearsal": "test_rehearsal.py",
    "sagemaker-templates rehearse": "test_rehearsal.py",
    "make test": "this very run",
}
"""Commands with a test of their own."""

PAGES_RUN_ELSEWHERE = {"starting.md": "test_starting.py"}
"""Pages whose commands want an empty folder, and no checkout beside it."""

APP_WITHOUT_STACKS = """\
import json, os, pathlib

output = pathlib.Path(os.environ["CDKTF_OUTDIR"])
output.mkdir(parents=True, exist_ok=True)
(output / "manifest.json").write_text(json.dumps({"version": "0.21.0", "stacks": {}}))
"""

NO_NETWORK = 'require("https").request = () => { throw new Error("there is no network here"); };'
"""For Node: what the command line would report to HashiCorp is made, and not sent."""

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


PAGES_WITH_COMMANDS = [page for page in PAGES if commands(page) and page.name not in PAGES_RUN_ELSEWHERE]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project as git has it, with the virtual environment that is there already."""
    for file in _listed():
        copied = tmp_path / file.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, copied)
        # Older than the shared virtual environment, which make must find up to date and leave alone.
        os.utime(copied, (0, 0))
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    return tmp_path


def _listed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.fixture
def variables(emulator: Emulator, provider: ProviderSource, missing: Callable[[str], NoReturn]) -> dict[str, str]:
    """The environment of a person with credentials of the first account and the CDKTF command line installed."""
    if not (CDKTF / "cdktf").exists():
        missing("the CDKTF command line is not installed: npm ci --prefix tests/cdktf_cli")
    if not shutil.which("terraform"):
        missing("there is no terraform on the PATH")
    configuration = load_configuration(ROOT / "environments")
    prepare_configuration(emulator, configuration)
    first = configuration.environments[0]
    mirror = {"TF_CLI_ARGS_providers_lock": f"-fs-mirror={provider.mirror}"} if provider.mirror else {}
    quiet = {"CHECKPOINT_DISABLE": "1", "DISABLE_VERSION_CHECK": "1", "CI": "1"}
    return {
        **{name: value for name, value in os.environ.items() if name not in ("NODE_OPTIONS", "MAKEFLAGS")},
        **emulator.environment(first.account_id, first.region),
        **provider.environment(),
        **mirror,
        **quiet,
        "PATH": f"{CDKTF}{os.pathsep}{os.environ['PATH']}",
    }


def _script(page: Path) -> Iterator[str]:
    yield "set -eux"
    for line in commands(page):
        if line in RUN_ELSEWHERE:
            continue
        yield f"{line} -auto-approve" if line.startswith("terraform") and line.endswith("destroy") else line


@pytest.mark.parametrize("page", PAGES_WITH_COMMANDS, ids=lambda page: page.name)
def test_the_commands_of_a_page_work_as_written(
    page: Path, copy: Path, variables: dict[str, str], emulator: Emulator
) -> None:
    if page.name == "applying.md":
        _say_that_data_may_go(copy)
    if page.name in ("commands.md", "doctor.md"):
        _have_what_the_doctor_looks_for(emulator)
    before = _tracked(copy)
    run = subprocess.run(
        ["bash", "-c", "\n".join(_script(page))],
        cwd=copy,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert {name for name, content in _tracked(copy).items() if content != before[name]} == set()


def _tracked(copy: Path) -> dict[str, bytes | None]:
    """What git would find changed or gone: the files of the project as they are in the copy."""
    names = [path.relative_to(ROOT) for path in _listed()]
    return {str(name): (copy / name).read_bytes() if (copy / name).is_file() else None for name in names}


def _say_that_data_may_go(copy: Path) -> None:
    """The page ends with a destroy, which asks for this to be said first."""
    file = copy / "environments" / "dev" / "projects" / "abalone.yaml"
    file.write_text(file.read_text() + "\nprotect-data: false\n")


def _have_what_the_doctor_looks_for(emulator: Emulator) -> None:
    """A cross ends a page's script."""
    configuration = load_configuration(ROOT / "environments")
    (site,) = sites(configuration, all_templates(), "dev")
    dev = site.environment
    assert isinstance(dev.state, S3State)
    make_bucket_sound(emulator, dev.account_id, dev.state)
    make_network_sound(emulator, dev.account_id, dev.region, dev.network)
    for secret in secrets_of(site):
        Account(emulator, dev.account_id, dev.region).create_secret(secret.name)


def test_every_command_that_is_run_elsewhere_is_shown_somewhere() -> None:
    shown = {line for page in PAGES for line in commands(page)}
    assert set(RUN_ELSEWHERE) <= shown
    assert set(PAGES_RUN_ELSEWHERE) <= {page.name for page in PAGES if commands(page)}
    tests = {*RUN_ELSEWHERE.values(), *PAGES_RUN_ELSEWHERE.values()} - {"this very run"}
    assert {name for name in tests if not Path(__file__).with_name(name).is_file()} == set()


def test_the_cdktf_command_line_leaves_its_configuration_as_git_has_it(
    tmp_path: Path, missing: Callable[[str], NoReturn]
) -> None:
    """Where it may report, it gives a project without an id one, and writes the file anew."""
    if not (CDKTF / "cdktf").exists():
        missing("the CDKTF command line is not installed: npm ci --prefix tests/cdktf_cli")
    shipped = (ROOT / "cdktf.json").read_text()
    without_id = re.sub(r'  "projectId": .*\n', "", shipped)
    (tmp_path / "app.py").write_text(APP_WITHOUT_STACKS)
    (tmp_path / "no_network.js").write_text(NO_NETWORK)

    assert _after_a_synthesis(without_id, tmp_path) != without_id
    assert _after_a_synthesis(shipped, tmp_path) == shipped


def _after_a_synthesis(configuration: str, folder: Path) -> str:
    (folder / "cdktf.json").write_text(configuration)
    reporting = {name: value for name, value in os.environ.items() if name != "CHECKPOINT_DISABLE"}
    subprocess.run(
        [CDKTF / "cdktf", "synth", "--app", f"{sys.executable} app.py"],
        cwd=folder,
        env=reporting
        | {"NODE_OPTIONS": f"--require {folder}/no_network.js", "CDKTF_HOME": str(folder / "home")}
        | {"DISABLE_VERSION_CHECK": "1", "CI": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    return (folder / "cdktf.json").read_text()
