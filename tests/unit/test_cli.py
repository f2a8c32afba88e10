"""The command line: what is written, what is said, and how it ends."""

import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sagemaker_templates.cli import main
from synthesized import ROOT, SHIPPED, files, files_of, input_of

MAIN = [sys.executable, str(ROOT / "main.py")]
COMMAND = [sys.executable, "-m", "sagemaker_templates.cli"]


def _run(command: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": str(ROOT / "constructs"), **variables}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a copy of the shipped environments."""
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    return tmp_path


@pytest.fixture
def one_project(tmp_path: Path) -> Path:
    """A folder with one project in one environment, the case ``minimal``."""
    shutil.copytree(input_of("minimal"), tmp_path / "environments")
    return tmp_path


@pytest.mark.xdist_group(f"case {SHIPPED}")
def test_main_writes_cdktf_out_of_the_current_folder(project: Path) -> None:
    run = _run(MAIN, project)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "7 projects in dev, pre-prod, prod; 13 stacks in cdktf.out/stacks\n"
    assert files_of(project / "cdktf.out" / "stacks") == files(SHIPPED)


@pytest.mark.xdist_group("case other-partition")
def test_cdktf_outdir_and_the_environments_variable_are_honoured(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shutil.copytree(input_of("other-partition"), tmp_path / "environments")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    run = _run(
        MAIN,
        elsewhere,
        CDKTF_OUTDIR="out",
        SAGEMAKER_TEMPLATES_ENVIRONMENTS=str(tmp_path / "environments"),
    )
    assert run.returncode == 0, run.stderr
    assert files_of(elsewhere / "out" / "stacks") == files("other-partition")


def _with_a_key_in_vain(project: Path) -> str:
    """Adds a key without effect to a project; gives the line that is to tell of it."""
    file = project / "environments" / "dev" / "projects" / "abalone.yaml"
    text = file.read_text()
    file.write_text(f"{text}cross-account-external-id: ours\n")
    line = len(text.splitlines()) + 1
    return (
        f"note: environments/dev/projects/abalone.yaml:{line}: cross-account-external-id: has no effect: "
        "xgboost_abalone deploys to no stage\n"
    )


@pytest.mark.xdist_group("case minimal")
def test_a_key_without_effect_is_noted_and_the_stacks_are_the_same(one_project: Path) -> None:
    note = _with_a_key_in_vain(one_project)
    run = _run(MAIN, one_project)
    assert (run.returncode, run.stderr) == (0, note)
    assert run.stdout == "1 project in dev; 2 stacks in cdktf.out/stacks\n"
    assert files_of(one_project / "cdktf.out" / "stacks") == files("minimal")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("validate", "7 projects in dev, pre-prod, prod\n"),
        ("atlantis", "13 projects in atlantis.yaml\n"),
    ],
)
def test_a_key_without_effect_is_noted_beside_the_result(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, said: str
) -> None:
    note = _with_a_key_in_vain(project)
    monkeypatch.chdir(project)
    with pytest.raises(SystemExit) as ended:
        main([command])
    assert ended.value.code == 0
    assert capsys.readouterr() == (said, note)


def test_each_command_that_reads_the_settings_says_what_is_noted() -> None:
    """All but four: the scan plans what a synthesis wrote that said so, the conversion tells of the manifests and
    not of our copy, ``new`` tells what is noted of its project, and ``init`` writes settings without projects."""
    silent = [
        file.name
        for file in (ROOT / "constructs" / "sagemaker_templates").rglob("*.py")
        if "load_configuration(" in file.read_text()
    ]
    assert sorted(silent) == [
        "checking.py",
        "configuration.py",
        "new_project.py",
        "plans_on_emulator.py",
        "repository.py",
    ]


def test_validate_says_what_there_is_and_starts_no_node(project: Path) -> None:
    without_node = project / "bin"
    without_node.mkdir()
    run = _run([*COMMAND, "validate", "--environments", "environments"], project, PATH=str(without_node))
    assert (run.returncode, run.stdout) == (0, "7 projects in dev, pre-prod, prod\n")
    assert sorted(path.name for path in project.iterdir()) == ["bin", "environments"]


def test_one_project_is_told_of_as_one(project: Path) -> None:
    for unwanted in ("pre-prod", "prod"):
        shutil.rmtree(project / "environments" / unwanted)
    settings = project / "environments" / "dev"
    for file in settings.glob("projects/*.yaml"):
        if file.name != "abalone.yaml":
            file.unlink()
    environment = settings / "environment.yaml"
    lines = environment.read_text().splitlines(keepends=True)
    environment.write_text("".join(line for line in lines if not line.startswith("promotes-to")))
    run = _run([*COMMAND, "validate"], project)
    assert (run.returncode, run.stdout, run.stderr) == (0, "1 project in dev\n", "")


WRONG = """project-template-type: xgboost_abalon
sagemaker-project-name: Abalone
sagemaker-project-idd: p-1
"""


@pytest.mark.parametrize("command", [[*COMMAND, "validate"], [*COMMAND, "synth"], MAIN, [*COMMAND, "demo"]])
def test_wrong_input_is_a_line_each_exit_code_2_and_nothing_written(project: Path, command: list[str]) -> None:
    (project / "environments" / "dev" / "projects" / "abalone.yaml").write_text(WRONG)
    run = _run(command, project)
    lines = run.stderr.splitlines()
    assert run.returncode == 2
    assert run.stdout == ""
    assert [line.split(": ")[0] for line in lines[:3]] == [
        f"environments/dev/projects/abalone.yaml:{number}" for number in (1, 2, 3)
    ]
    assert "xgboost_abalone" in lines[0]
    assert "sagemaker-project-id" in lines[2]
    assert lines[-1].endswith("nothing was written")
    assert "Traceback" not in run.stderr
    assert not (project / "cdktf.out").exists()


@pytest.mark.xdist_group("case minimal")
def test_wrong_input_leaves_the_previous_output_whole(one_project: Path) -> None:
    assert _run(MAIN, one_project).returncode == 0
    (one_project / "environments" / "dev" / "projects" / "abalone.yaml").write_text(WRONG)
    assert _run(MAIN, one_project).returncode == 2
    assert files_of(one_project / "cdktf.out" / "stacks") == files("minimal")


def test_a_name_too_long_for_what_is_derived_from_it_is_refused(project: Path) -> None:
    file = project / "environments" / "prod" / "projects" / "abalone.yaml"
    file.write_text(
        file.read_text().replace("sagemaker-project-name: abalone", f"sagemaker-project-name: {'a' * 60}")
    )
    run = _run(MAIN, project)
    assert run.returncode == 2
    assert "sagemaker-project-name" in run.stderr
    assert "1 to 32" in run.stderr


def _with_small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_disk_without_room_is_a_line_whoever_meets_it(project: Path) -> None:
    run = subprocess.run(
        MAIN,
        cwd=project,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": str(ROOT / "constructs")},
        preexec_fn=_with_small_files,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("cdktf.out cannot be written: ")
    assert len(run.stderr.splitlines()) == 1
    assert not (project / "cdktf.out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["atlantis", "--file", "/proc/none/atlantis.yaml", "--output", "/proc/none/out"],
        ["synth", "--check", "--output", "loop"],
        ["validate", "--output", "loop"],
        ["plan", "--output", "loop"],
        ["synth", "--output", "loop"],
    ],
)
def test_what_the_system_refuses_is_no_traceback(one_project: Path, arguments: list[str]) -> None:
    (one_project / "loop").symlink_to("loop")
    run = _run([*COMMAND, *arguments], one_project)
    assert run.returncode in (0, 1, 2)
    assert "Traceback" not in run.stderr
    assert len(run.stderr.splitlines()) <= 1
