"""``init`` writes a whole repository where none of its files is, or says all that is missing or wrong."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from sagemaker_templates.adoption.continuous_integration import SYSTEMS, ci_file
from sagemaker_templates.adoption.package_requirement import requirement, unpinned
from sagemaker_templates.adoption.team_files import CDKTF, PRE_COMMIT
from sagemaker_templates.cli import main
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.optional_packages import CHECKOV_TESTED
from synthesized import ROOT
from typed_ahead import in_a_terminal

COMPANY = (
    *("--environment", "dev", "--environment", "prod", "--region", "eu-west-1"),
    *("--account-id", "dev=111111111111", "--account-id", "prod=333333333333"),
    *("--state-bucket", "dev=states-of-dev", "--state-bucket", "prod=states-of-prod"),
    *("--package", "sagemaker-templates==0.1.0"),
)
FILES = {
    *(".gitattributes", ".gitignore", ".pre-commit-config.yaml", "atlantis.yaml", "cdktf.json", "main.py"),
    *("requirements.txt", "environments/dev/environment.yaml", "environments/prod/environment.yaml"),
}

Ran = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ran:
    """Runs a command in an empty folder without a terminal: exit code, output, complaints."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_files_are_right_as_they_are_written(ran: Ran, tmp_path: Path) -> None:
    code, said, complaints = ran("init", *COMPANY)
    assert (code, complaints, _files(tmp_path)) == (0, "", FILES)
    assert said.startswith("9 files in .:\n")
    assert said.endswith("  sagemaker-templates synth\n  sagemaker-templates atlantis\n")
    dev, prod = load_configuration(Path("environments")).environments
    assert (dev.account_id, dev.region, dev.promotes_to) == ("111111111111", "eu-west-1", ("prod",))
    assert (prod.account_id, prod.promotes_to) == ("333333333333", ())
    assert ran("atlantis", "--check")[0] == 0


@pytest.mark.parametrize("key", ["network", "deploy-role", "log-retention-days", "s3-access-logs-bucket-arn", "tags"])
def test_what_an_environment_may_say_besides_is_right_once_the_sign_is_gone(ran: Ran, key: str) -> None:
    ran("init", *COMPANY)
    file = Path("environments/dev/environment.yaml")
    assert f"\n#{key}:" in file.read_text()
    file.write_text(re.sub(r"(?m)^#(?! )|^#(?=  )", "", file.read_text()))
    assert key in yaml.safe_load(file.read_text())
    assert load_configuration(Path("environments")).environments[0].log_retention_days == 365


def test_what_is_missing_is_said_at_once_and_nothing_is_written(ran: Ran, tmp_path: Path) -> None:
    code, said, complaints = ran("init")
    assert (code, said, list(tmp_path.iterdir())) == (2, "", [])
    assert [line.split()[1] for line in complaints.splitlines()[:-1]] == [
        *("--environment", "--account-id", "--region", "--state-bucket")
    ]
    _, _, complaints = ran(
        "init", "--environment", "dev", "--environment", "prod", "--account-id", "dev=111111111111"
    )
    assert [" ".join(line.split()[1:3]) for line in complaints.splitlines()[:-1]] == [
        *("--region dev=VALUE,", "--state-bucket dev=VALUE,", "--account-id prod=VALUE,"),
        *("--region prod=VALUE,", "--state-bucket prod=VALUE,"),
    ]


def test_what_is_wrong_is_said_at_once_and_nothing_is_written(ran: Ran, tmp_path: Path) -> None:
    wrong = ("--account-id", "dev=1", "--account-id", "tset=111111111111", "--ci", "jenkins", "--package", "latest")
    code, _, complaints = ran("init", "--environment", "dev", "--environment", "dev", *wrong)
    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert [line.split()[0] for line in complaints.splitlines()] == [
        *("--environment:", "--ci:", "--package:", "--account-id:", "--account-id:", "nothing")
    ]


def test_nothing_that_is_there_is_touched_and_all_of_it_is_named(ran: Ran, tmp_path: Path) -> None:
    for name in ("main.py", ".gitignore"):
        Path(name).write_text("mine")
    Path("cdktf.json").symlink_to("nowhere")
    code, _, complaints = ran("init", *COMPANY)
    assert (code, _files(tmp_path)) == (2, {"main.py", ".gitignore"})
    assert [line.split()[0] for line in complaints.splitlines()[:-1]] == [".gitignore", "cdktf.json", "main.py"]


def test_the_file_of_the_ci_system_is_looked_for_as_well(ran: Ran, tmp_path: Path) -> None:
    Path("buildspec.yml").write_text("mine")
    code, _, complaints = ran("init", *COMPANY, "--ci", "codebuild")
    assert (code, _files(tmp_path)) == (2, {"buildspec.yml"})
    assert complaints.startswith("buildspec.yml is there already\n")


def test_what_cannot_be_written_leaves_nothing(ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full at the last file of the repository itself."""
    link = os.link

    def full(source: Path, target: Path) -> None:
        if target.name == "requirements.txt":
            raise OSError(28, "No space left on device", str(target))
        link(source, target)

    monkeypatch.setattr(os, "link", full)
    code, _, complaints = ran("init", "team", *COMPANY, "--ci", "github")
    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert complaints == "No space left on device: team/requirements.txt\n"


def test_programs_are_told_what_was_written_and_what_is_next(ran: Ran, tmp_path: Path) -> None:
    _, said, _ = ran("init", "our team", *COMPANY, "--format", "json")
    told = json.loads(said)
    assert set(told["files"]) == _files(tmp_path / "our team") == FILES
    assert told["next"][0] == "cd 'our team'"


@pytest.mark.parametrize("name", [name for name, system in SYSTEMS.items() if system.target])
def test_a_ci_file_is_the_example_with_the_teams_environments_and_requirements(name: str) -> None:
    text = ci_file(SYSTEMS[name], ["test", "live"])
    example = (ROOT / "examples" / "ci" / SYSTEMS[name].example).read_text()
    assert "pip install" in text
    assert not re.search(r"--editable|--require-hashes|pre-prod", text)
    assert "[test, live]" in text or "ENVIRONMENT: test #" in text
    changed = len(set(example.splitlines()) - set(text.splitlines()))
    assert changed == 3, "what installs the package, in two lines, and the environments"
    assert yaml.safe_load(re.sub("!reference ", "", text))


def test_the_hooks_are_those_that_the_project_offers() -> None:
    offered = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    (here,) = yaml.safe_load(PRE_COMMIT)["repos"]
    assert {hook["id"] for hook in here["hooks"]} == set(offered)
    for hook in here["hooks"]:
        theirs = offered[hook["id"]]
        assert all(hook[key] == theirs[key] for key in ("name", "entry", "language", "pass_filenames"))


def test_versions_and_the_app_are_those_of_the_project() -> None:
    assert json.loads((ROOT / "cdktf.json").read_text()) == CDKTF
    assert CHECKOV_TESTED in (ROOT / "requirements.in").read_text().splitlines()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("sagemaker-templates==1.2.0", "sagemaker-templates==1.2.0"),
        ("wheels/a-1.whl", "./wheels/a-1.whl"),
        ("https://example.com/a-1.whl", "sagemaker-templates @ https://example.com/a-1.whl"),
        ("git+https://example.com/a.git@v1", "sagemaker-templates @ git+https://example.com/a.git@v1"),
        ("git+ssh://git@example.com/a.git@v1", "sagemaker-templates @ git+ssh://git@example.com/a.git@v1"),
    ],
)
def test_a_fixed_version_becomes_a_line_that_pip_reads(text: str, line: str) -> None:
    assert (unpinned(text), requirement(text)) == (None, line)


@pytest.mark.parametrize(
    "text",
    [
        *("sagemaker-templates", "sagemaker-templates>=1", "git+https://example.com/a.git", "other==1"),
        *("git+https://me:secret@example.com/a.git@v1", "a.whl\nother==1"),
    ],
)
def test_what_is_no_fixed_version_is_refused(text: str) -> None:
    assert unpinned(text)


def test_a_terminal_is_asked_until_all_is_right(tmp_path: Path) -> None:
    answers = ["dev", "12", "111111111111", "us-east-1", "states-of-dev", "gitlab", "sagemaker-templates==0.1.0"]
    code, said = in_a_terminal(tmp_path, "".join(f"{answer}\n" for answer in answers), "init")
    assert code == 0, said
    assert "Error: " in said
    shutil.rmtree(tmp_path / "environments" / "dev")
    assert _files(tmp_path) == {name for name in FILES if "/" not in name} | {".gitlab-ci.yml"}
