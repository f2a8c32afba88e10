"""Synthesis writes to a folder of its own and to no other, and says in a line what it refuses."""

import errno
import os
import shutil
from pathlib import Path

import pytest
from sagemaker_templates import cli
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.output_folder.destination import checked_destination
from sagemaker_templates.output_folder.lock import locked
from sagemaker_templates.output_folder.ownership import MARKER
from sagemaker_templates.output_folder.replacement import Kept, replace
from sagemaker_templates.stacks.synthesis import Synthesis
from synthesized import files_of, input_of
from written_stacks import OLD, failing_at, put, render, write

MINE = {"README.md": "mine", ".git/config": "mine", "environments/dev/environment.yaml": "mine"}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository; the current folder."""
    folder = tmp_path / "site"
    put(folder, MINE)
    monkeypatch.chdir(folder)
    return folder


def _check(output: str) -> Path:
    return checked_destination(Path(output), Path("environments"))


@pytest.mark.parametrize("output", ["cdktf.out", "deep/er/out", "../beside", "environments.out", "empty"])
def test_a_folder_that_is_missing_or_empty_may_be_written(site: Path, output: str) -> None:
    (site / "empty").mkdir()
    assert _check(output) == (site / output).resolve()


def test_a_synthesis_may_be_replaced(site: Path) -> None:
    write(site / "out", render(site / "rendered", OLD))
    assert _check("out") == site / "out"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("", "the current folder"),
        (".", "the current folder"),
        ("..", "the current folder"),
        ("/", "the current folder"),
        ("../site", "the current folder"),
        ("link-to-site", "the current folder"),
        ("environments", "environments"),
        ("environments/dev", "environments"),
        ("environments/out", "environments"),
        ("link-to-environments/out", "environments"),
        (".git", "synthesis did not write (config)"),
        ("README.md", "no folder"),
        ("pipe", "no folder"),
        ("nowhere", "a symbolic link to nothing"),
        ("loop", "symbolic links"),
        ("README.md/deep/out", "README.md, which is no folder"),
    ],
)
def test_a_folder_that_is_somebodys_is_refused_and_nothing_is_written(site: Path, output: str, reason: str) -> None:
    (site / "link-to-site").symlink_to(site)
    (site / "link-to-environments").symlink_to(site / "environments")
    (site / "nowhere").symlink_to(site / "missing")
    (site / "loop").symlink_to(site / "loop")
    os.mkfifo(site / "pipe")
    before = sorted(path for path in site.rglob("*"))
    with pytest.raises(WrongInput) as refused, locked(_check(output), lambda: None):
        pass
    assert reason.lower() in str(refused.value).lower()
    assert "\n" not in str(refused.value)
    assert sorted(path for path in site.rglob("*")) == before


def test_a_folder_above_the_environments_is_refused_wherever_one_stands(
    site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(WrongInput, match="environments, holds it or lies in it"):
        checked_destination(site, site / "environments")


def test_a_mount_point_is_refused(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (site / "volume").mkdir()
    monkeypatch.setattr("os.path.ismount", lambda folder: folder == site / "volume")
    with pytest.raises(WrongInput, match="mount point"):
        _check("volume")


def test_a_folder_with_a_list_that_is_not_ours_is_refused(site: Path) -> None:
    put(site / "theirs", {MARKER: "mine", "manifest.json": "{}"})
    with pytest.raises(WrongInput, match="synthesis did not write"):
        _check("theirs")


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with environments; the current folder."""
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    shutil.copytree(input_of("minimal"), tmp_path / "environments")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _synth(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(["synth", *arguments])
    return int(ended.value.code or 0), capsys.readouterr().err


def test_a_link_to_a_folder_is_followed(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    real = small / "deep" / "down" / "real"
    real.mkdir(parents=True)
    (small / "cdktf.out").symlink_to(real)
    assert _synth(capsys)[0] == 0
    assert (small / "cdktf.out").is_symlink()
    stack = real / "stacks" / "dev-abalone"
    assert '"path": "../../../../../terraform-state/' in (stack / "cdk.tf.json").read_text()
    assert _synth(capsys, "--check")[0] == 0


def test_folders_that_look_like_temporary_ones_are_left_alone(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = {f"cdktf.out.{end}/file": "mine" for end in ("previous", "partial", "abcdefgh.partial")}
    put(small, theirs)
    assert _synth(capsys)[0] == 0
    assert _synth(capsys)[0] == 0
    assert {name: (small / name).read_text() for name in theirs} == theirs


@pytest.mark.parametrize("output", [".", "environments", ".git"])
def test_the_command_ends_with_2_and_a_line_and_deletes_nothing(
    small: Path, capsys: pytest.CaptureFixture[str], output: str
) -> None:
    put(small, {".git/config": "mine"})
    before = files_of(small)
    code, said = _synth(capsys, "--output", output)
    assert (code, len(said.splitlines())) == (2, 1)
    assert said.endswith("nothing was written\n")
    assert files_of(small) == before


@pytest.mark.parametrize(
    ("moment", "reason"),
    [(1, errno.ENOSPC), (3, errno.EROFS), (6, errno.EACCES), (9, errno.ENOSPC), (11, errno.EDQUOT)],
)
def test_a_full_disk_and_a_read_only_folder_are_a_line(
    small: Path, capsys: pytest.CaptureFixture[str], moment: int, reason: int
) -> None:
    def replace_on_a_bad_disk(folder: Path, new: Path) -> list[Kept]:
        with failing_at(moment, reason) as fault:
            kept = replace(folder, new)
        if fault.met:
            raise fault.error
        return kept

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sagemaker_templates.application.replace", replace_on_a_bad_disk)
        code, said = _synth(capsys)
    assert code == 2
    assert said == f"cdktf.out cannot be written: {os.strerror(reason)}\n"
    assert _synth(capsys)[0] == 0
    assert _synth(capsys, "--check")[0] == 0


def test_a_fault_that_cdktfs_node_reports_is_a_line(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def render_nothing(*_: object) -> list[object]:
        raise RuntimeError("Error: ENOSPC: no space left on device, write")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Synthesis, "render", render_nothing)
        assert _synth(capsys) == (2, "cdktf.out cannot be written: no space left on device\n")


def test_what_the_system_itself_refuses_is_a_line(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = _synth(capsys, "--output", "/proc/none/out")
    assert (code, len(said.splitlines())) == (2, 1)
    assert said.startswith("/proc/none/out cannot be written: ")


@pytest.mark.parametrize("command", ["synth", "validate", "atlantis", "plan"])
def test_a_current_folder_that_was_deleted_is_a_line(
    small: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    gone = small / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--environments", str(small / "environments")])
    assert ended.value.code == 2
    assert capsys.readouterr().err == ("the current folder was deleted: go to one that exists; nothing was written\n")


def test_whoever_waits_for_another_synthesis_is_told(small: Path) -> None:
    told: list[str] = []
    with locked(small / "out", lambda: None):

        def end_of_the_wait() -> None:
            told.append("waiting")
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt), locked(small / "out", end_of_the_wait):
            pass
    with locked(small / "out", lambda: told.append("again")):
        pass
    assert told == ["waiting"]


def test_a_folder_that_is_deleted_meanwhile_is_made_anew(small: Path) -> None:
    def delete_and_let_go() -> None:
        shutil.rmtree(small / "out")
        first.__exit__(None, None, None)

    first = locked(small / "out", lambda: None)
    first.__enter__()
    with locked(small / "out", delete_and_let_go):
        assert (small / "out" / MARKER).exists()
