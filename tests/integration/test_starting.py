"""What docs/starting.md shows works in an empty folder with the built wheel, and nothing of the checkout is used."""

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest
from page_commands import commands
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.templates.registry import all_templates

# In one process with the other tests of the wheel, which is then built once.
pytestmark = pytest.mark.xdist_group("package")

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "starting.md"
OURS = re.compile(r"sagemaker_templates|__editable__|.*\.pth$")
LOOK = "from pathlib import Path; import sagemaker_templates as ours; print(Path(ours.__file__).parent)"


@pytest.fixture
def dependencies(tmp_path: Path) -> Path:
    """All that is installed for the tests, but for this package: what an index would serve."""
    folder = tmp_path / "dependencies"
    folder.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not OURS.match(path.name):
            (folder / path.name).symlink_to(path)
    return folder


def test_the_commands_of_the_page_work_as_written(built_wheel: Path, dependencies: Path, tmp_path: Path) -> None:
    team = tmp_path / "ml-platform"
    (team / "wheels").mkdir(parents=True)
    shutil.copy(built_wheel, team / "wheels")
    written = "\n".join(commands(PAGE))
    run = subprocess.run(
        ["bash", "-c", f"set -eu\n{written}\npython -c '{LOOK}'\n"],
        cwd=tmp_path,
        env=_variables(dependencies),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    used = next(line for line in run.stdout.splitlines() if line.endswith("/sagemaker_templates"))
    assert Path(used).is_relative_to(team / ".venv")
    assert str(ROOT / "constructs") not in run.stdout + run.stderr
    assert run.stdout.count("6 projects in dev, pre-prod, prod; 11 stacks in cdktf.out/stacks\n") == 2
    assert "Where models go" in run.stdout
    assert f"\n./wheels/{built_wheel.name}\n" in (team / "requirements.txt").read_text()
    _is_the_company(team)


def _is_the_company(team: Path) -> None:
    """Three accounts, six projects, all templates, three kinds of host."""
    configuration = load_configuration(team / "environments")
    assert len({environment.account_id for environment in configuration.environments}) == 3
    assert len(configuration.projects) == 6
    assert {project.template for project in configuration.projects} == set(all_templates())
    hosts = {project.repository.type for project in configuration.projects}
    assert hosts == {"CodeCommit", "GitHub", "GitHub Enterprise"}
    named = set(re.findall(r"dir: cdktf.out/stacks/(\S+)", (team / "atlantis.yaml").read_text()))
    assert named == {folder.name for folder in (team / "cdktf.out" / "stacks").iterdir()}


def _variables(dependencies: Path) -> dict[str, str]:
    """A person's environment: no index, and no way to the checkout."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    quiet = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "CHECKPOINT_DISABLE": "1"}
    return {**kept, **quiet, "PYTHONPATH": str(dependencies)}
