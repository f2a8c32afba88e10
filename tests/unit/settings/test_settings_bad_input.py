"""Every mistake gives one clear line, and exactly that line (the cases are in bad_input.yaml)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from sagemaker_templates.settings import InvalidSettings, load
from sagemaker_templates.settings.regions import source
from settings.settings_folder import ABALONE, DEV, FILES, Problems, changes_of

CASES = yaml.safe_load(Path(__file__).with_name("bad_input.yaml").read_text(encoding="utf-8"))
BOTOCORE = source().removeprefix("botocore ")
ENVIRON = {
    "SECRET": "hunter2",
    "TEMPLATE": "trian-hunter2",
    "NAME": "hunter2",
    "CONNECTION": "arn:aws:codeconnections:eu-west-1:999999999999:connection/1",
    "TARGETS": "deev",
    "PATH": "hunter2",
    "LONG": "a" * 2001,
    "OCTAL": "0555",
    "BYTES": "a\udcffb",
    "NESTED": "[" * 900 + "]" * 900,
    "TOKEN": "github_pat_" + "a1" * 30,
}
_DEV = "environments/dev/environment.yaml"
_LOOKS_LIKE_A_SECRET = (
    "holds what looks like a secret, which the stacks, the plans and the state would show; give no secret here"
)
_TOO_LARGE = "not readable as YAML: the number of a character or of a YAML version is too large"


@pytest.mark.parametrize("case", CASES, ids=[case["promise"] for case in CASES])
def test_bad_input_gives_exactly_these_lines(case: dict[str, Any], problems: Problems) -> None:
    """A mistake is told in one line with file, line, key, value, what is allowed and the nearest spelling."""
    lines = [line.replace("BOTOCORE", BOTOCORE) for line in case["lines"]]
    assert problems(changes_of(case["changes"]), environ=ENVIRON) == lines


def test_what_looks_like_a_secret_is_refused_wherever_it_would_come_into_a_stack_and_is_not_shown(
    problems: Problems,
) -> None:
    github, hub, npm = (f"{kind}_" + "a1" * 18 for kind in ("ghp", "hf", "npm"))
    tags = [f"a: {github}", f"{hub}: b", f"c: x {'AKIA' + 'A1' * 8}", "d: {valueFrom: {envVariable: TOKEN}}"]
    changes = {
        "dev/environment.yaml": {"add": "\n  ".join(["variables: [TOKEN]\ntags:", *tags]) + "\n"},
        "dev/projects/abalone.yaml": {"add": f"cross-account-external-id: {github}\nimages: [{npm}]\n"},
    }
    project = "environments/dev/projects/abalone.yaml"
    assert problems(changes_of(changes), environ=ENVIRON) == [
        f"{_DEV}:13: tags.a: {_LOOKS_LIKE_A_SECRET}",
        f"{_DEV}:14: tags.(token, not shown): {_LOOKS_LIKE_A_SECRET}",
        f"{_DEV}:15: tags.c: {_LOOKS_LIKE_A_SECRET}",
        f"{_DEV}:16: tags.d: {_LOOKS_LIKE_A_SECRET}",
        f"{project}:5: cross-account-external-id: {_LOOKS_LIKE_A_SECRET}",
        f"{project}:6: images[0]: {_LOOKS_LIKE_A_SECRET}",
    ]


def test_the_files_that_the_cases_change_are_right(problems: Problems) -> None:
    """Each case shows its own mistake and nothing else."""
    assert problems() == []


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a: 1\nb: \xff\n", f"{_DEV}:2: not readable as YAML: the file is not UTF-8 text"),
        (
            b"a: 1\nb: \x01\n",
            f"{_DEV}:2: not readable as YAML: the character U+0001 is not allowed",
        ),
        (b"[" * 5000, f"{_DEV}:1: not readable as YAML: nested too deeply; allowed: 20 levels"),
        (
            b"tags: " + b"{a: " * 300 + b"}" * 300,
            f"{_DEV}:1: not readable as YAML: nested too deeply; allowed: 20 levels",
        ),
        (b'region: "\\ud800"\n', f"{_DEV}:1: the text holds half of a surrogate pair, which is no character"),
        (b'"\\ud800": a\n', f"{_DEV}:1: the text holds half of a surrogate pair, which is no character"),
        (b'a: b\nregion: "\\UFFFFFFFF"\n', f"{_DEV}:2: {_TOO_LARGE}"),
        (b'region: "\\U00110000"\n', f"{_DEV}:1: {_TOO_LARGE}"),
        (b"%YAML " + b"9" * 5000 + b".1\n---\na: b\n", f"{_DEV}:1: {_TOO_LARGE}"),
        (
            b"protect-data: 1" + b":10" * 200,
            f"{_DEV}:1: a number of 601 characters is not allowed; text that looks like a number needs quotes",
        ),
        (
            b"log-retention-days: 1" + b":10" * 200 + b".5",
            f"{_DEV}:1: a number of 603 characters is not allowed; text that looks like a number needs quotes",
        ),
        (
            b"log-retention-days: 0x" + b"f" * 1990,
            f"{_DEV}:1: a number of 1992 characters is not allowed; text that looks like a number needs quotes",
        ),
        (b"region: " + b"a" * 2001, f"{_DEV}:1: 2001 characters are too many for one value; allowed: at most 2000"),
        (
            b"? " + b"a" * 2001 + b"\n: b",
            f"{_DEV}:1: 2001 characters are too many for one value; allowed: at most 2000",
        ),
        (b"a: b\n" * 20_001, f"{_DEV}: the file is too large; allowed: 100 kB"),
    ],
    ids=lambda value: (
        None if isinstance(value, str) else value[:20].decode("latin-1").encode("unicode_escape").decode()
    ),
)
def test_a_file_that_is_no_text_is_one_line(data: bytes, line: str, problems: Problems) -> None:
    """What no editor wrote as YAML is refused at its line, without a traceback."""
    lines = problems({DEV: data})
    assert lines[0] == line


def test_a_missing_folder_is_one_line() -> None:
    """A wrong path to the environments is said, not taken for an empty folder."""
    with pytest.raises(InvalidSettings) as raised:
        load(Path("nowhere"), {})
    assert str(raised.value) == "nowhere: does not exist; a folder with one folder per environment is needed"


def test_a_file_in_place_of_the_folder_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path of a file is refused as such."""
    monkeypatch.chdir(tmp_path)
    Path("file.yaml").write_text("a: 1")
    with pytest.raises(InvalidSettings, match=r"^file.yaml: is not a folder; a folder with one folder"):
        load(Path("file.yaml"), {})


def test_a_folder_without_environments_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder is refused, so that a wrong one is not applied as nothing."""
    monkeypatch.chdir(tmp_path)
    Path("environments/.hidden").mkdir(parents=True)
    with pytest.raises(InvalidSettings) as raised:
        load(Path("environments"), {})
    needed = "it needs at least one folder with an environment.yaml"
    assert str(raised.value) == f"environments: holds no environment; {needed}"


@contextmanager
def without_the_rights_of_root() -> Iterator[None]:
    """Root may read whatever the mode says."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.parametrize("unreadable", ["environments", "environments/dev", "environments/dev/projects"])
def test_a_folder_that_may_not_be_read_is_one_line(
    unreadable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose permission is missing is said, without a traceback."""
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    Path("environments/dev/projects").mkdir(parents=True)
    Path(unreadable).chmod(0)
    with without_the_rights_of_root(), pytest.raises(InvalidSettings) as raised:
        load(Path("environments"), {})
    Path(unreadable).chmod(0o755)
    assert str(raised.value).splitlines()[-1].startswith(unreadable)
    assert str(raised.value).endswith("cannot be read: Permission denied")


def test_names_derived_from_a_project_are_checked_at_its_line(problems: Problems) -> None:
    """What the caller's check says appears at the line of the project's name."""
    lines = problems(name_checks=lambda project: [f"makes a role's name of 70 characters in {project.template}"])
    assert lines == [
        'environments/dev/projects/abalone.yaml:2: sagemaker-project-name: "abalone" '
        "makes a role's name of 70 characters in train"
    ]


def test_problems_are_sorted_by_file_and_line(problems: Problems) -> None:
    """Line 10 comes after line 9, not between 1 and 2."""
    text = "".join(f"key-{number}: x\n" for number in range(12)) + FILES[ABALONE]
    numbers = [int(line.split(":")[1]) for line in problems({ABALONE: text})]
    assert numbers == sorted(numbers)
    assert len(numbers) == 12
