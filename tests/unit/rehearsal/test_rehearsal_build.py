"""A build runs the commands that its buildspec has, and says what it cannot run as CodeBuild would."""

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from sagemaker_templates.rehearsal.build import Build, BuildFailedError, BuildNotRehearsed, Finished

INSTALL = "python -m pip install --quiet --no-deps --require-hashes -r requirements.txt"
TESTS = "python -m pytest --quiet --exitfirst"


def _run(folder: Path, *commands: str, project: dict[str, Any] | None = None, **buildspec: Any) -> Finished:
    """Build a source of one file, ``given``, with commands after the installation."""

    def fetch(name: str, target: Path) -> None:
        target.mkdir()
        (target / "given").write_text(name)
        spec = {"phases": {"install": {"commands": [INSTALL]}, "build": {"commands": [*commands]}}, **buildspec}
        (target / "buildspec.yml").write_text(yaml.safe_dump(spec))

    described = {"name": "a-build", "source": {"buildspec": "buildspec.yml"}, "environment": {}, **(project or {})}
    return Build(described, ("source", "more"), fetch, {"MODE": "action"}, {}, Path(sys.executable), folder).run()


def test_installation_and_tests_are_left_out_and_everything_else_runs_in_the_source(tmp_path: Path) -> None:
    left_out = [TESTS, f"{TESTS} --ignore=tests/test_slow.py", INSTALL.replace(".txt", "-test.txt")]
    finished = _run(tmp_path, *left_out, 'cat given "$CODEBUILD_SRC_DIR_more/given"')
    assert finished.log == "sourcemore"
    assert list(finished.artifact.iterdir()) == []


def test_the_actions_variables_are_above_the_projects_and_those_above_the_buildspecs(tmp_path: Path) -> None:
    variables = [{"name": "MODE", "value": "project"}, {"name": "PLACE", "value": "project"}]
    finished = _run(
        tmp_path,
        'RESULT="$MODE $PLACE $KIND"',
        project={"environment": {"environmentVariables": variables}},
        env={"variables": {"PLACE": "file", "KIND": "file"}, "exported-variables": ["RESULT"]},
    )
    assert finished.exported == {"RESULT": "action project file"}


def test_a_command_that_fails_ends_the_build_and_its_log_is_kept(tmp_path: Path) -> None:
    with pytest.raises(BuildFailedError) as failed:
        _run(tmp_path, "echo before", "false", "echo after")
    assert failed.value.log == "before\n"


def test_an_artifact_that_is_not_there_fails_the_build(tmp_path: Path) -> None:
    with pytest.raises(BuildFailedError, match="plan/none matches nothing"):
        _run(tmp_path, artifacts={"files": ["given", "plan/none"]})


def test_artifacts_are_the_files_that_the_buildspec_names(tmp_path: Path) -> None:
    finished = _run(
        tmp_path, "mkdir -p out/a; touch out/a/b out/c", artifacts={"base-directory": "out", "files": ["a/**/*"]}
    )
    assert [path.relative_to(finished.artifact).as_posix() for path in finished.artifact.rglob("*")] == ["a", "a/b"]


def test_what_a_build_has_in_aws_alone_is_named(tmp_path: Path) -> None:
    secret = {"environmentVariables": [{"name": "TOKEN", "value": "x", "type": "SECRETS_MANAGER"}]}
    with pytest.raises(BuildNotRehearsed, match="TOKEN is of the type SECRETS_MANAGER"):
        _run(tmp_path, project={"environment": secret})


def test_a_build_that_installs_its_lock_twice_is_not_what_was_reviewed(tmp_path: Path) -> None:
    with pytest.raises(BuildNotRehearsed, match="installs its lock once"):
        _run(tmp_path, INSTALL)
