"""The output folder is replaced file by file: nothing of others is lost, nothing is ever half written."""

import errno
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.output_folder.ownership import HEADER, MARKER, is_synthesis, owned, stacks_in
from sagemaker_templates.output_folder.replacement import Kept
from written_stacks import NEW, OLD, PERSONS, Fault, dying_at, failing_at, put, render, texts, write

SUPPORT = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "constructs")]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A rendered synthesis."""
    return render(tmp_path / "old", OLD)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """The next one: files and stacks come, change and go."""
    return render(tmp_path / "new", NEW)


def test_the_next_synthesis_takes_the_place_of_the_one_before(tmp_path: Path, old: Path, new: Path) -> None:
    out = tmp_path / "deep" / "out"
    for rendered in (old, new, old, old):
        assert write(out, rendered) == [] or rendered is not new
        assert texts(out) == texts(rendered)
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_what_does_not_change_is_not_written_anew(tmp_path: Path, old: Path) -> None:
    out = tmp_path / "out"
    write(out, old)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    write(out, old)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_files_of_people_and_of_terraform_survive_a_thousand_syntheses(tmp_path: Path) -> None:
    out = tmp_path / "out"
    stack = {name: OLD[name] for name in ("dev-abalone",)}
    there, gone = render(tmp_path / "there", stack), render(tmp_path / "gone", {})
    write(out, there)
    put(out, PERSONS)
    for rendered in (gone, there) * 500:
        write(out, rendered)
    assert texts(out) == {**texts(there), **PERSONS}


def test_what_stays_of_a_stack_that_goes_is_named(tmp_path: Path, old: Path, new: Path) -> None:
    out = tmp_path / "out"
    write(out, old)
    put(out, PERSONS)
    assert write(out, new) == [Kept("dev-gone", (".terraform/", "errored.tfstate"))]
    assert texts(out) == {**texts(new), **PERSONS}


def test_a_stack_that_goes_leaves_nothing_behind(tmp_path: Path, old: Path, new: Path) -> None:
    out = tmp_path / "out"
    write(out, old)
    assert write(out, new) == []
    assert sorted(path.name for path in (out / "stacks").iterdir()) == sorted(NEW)


NAMES = st.lists(
    st.sampled_from(
        ["a", "assets", "stacks", "dev-abalone", "dev-gone", "cdk.tf", "x.tf", MARKER, ".synthesis-abcd1234"]
    ),
    min_size=1,
    max_size=4,
)


@given(
    files=st.lists(NAMES, max_size=8), lists=st.lists(st.text(alphabet="./acdkjsontfes-\n", max_size=30), max_size=3)
)
@settings(max_examples=25, deadline=None)
def test_nothing_that_we_did_not_write_is_changed_whatever_it_is_called_and_listed(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[str]], lists: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    out = folder / "out"
    write(out, render(folder / "old", OLD))
    for parts in files:
        path = out.joinpath(*parts)
        blocked = any(parent.is_file() for parent in path.parents)
        if not blocked and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("a person's")
    outside = folder / "outside"
    outside.write_text("a person's")
    with (out / "stacks" / "dev-gone" / MARKER).open("a") as listed:
        listed.writelines(f"{line}\n" for line in [*lists, "../../../outside", "errored.tfstate", str(outside)])
    before = {name: text for name, text in texts(out).items() if text == "a person's"}
    listed_assets = {name for name in before if name in owned(out)}
    with suppress(WrongInput):
        write(out, render(folder / "new", NEW))
    after = texts(out)
    assert {name: after.get(name) for name in before.keys() - listed_assets} == {
        name: text for name, text in before.items() if name not in listed_assets
    }
    assert all("/assets/" in name or name.endswith(("/cdk.tf", "/versions.tf")) for name in listed_assets)
    assert outside.read_text() == "a person's"


@pytest.mark.parametrize("at", ["stacks/dev-come/versions.tf", "stacks/dev-abalone/assets", "stacks"])
@pytest.mark.parametrize("what", ["a file", "a folder", "a link"])
def test_what_is_in_the_way_is_named_and_nothing_is_written(tmp_path: Path, at: str, what: str) -> None:
    stacks = {**NEW, "dev-abalone": {**NEW["dev-abalone"], "assets/seeder.zip": "new"}}
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    write(out, render(tmp_path / "old", {} if at == "stacks" else OLD))
    elsewhere.mkdir()
    path = out / at
    if path.exists():
        path.rmdir()
    path.parent.mkdir(exist_ok=True)
    if what == "a file":
        path.write_text("mine")
    elif what == "a folder":
        path.mkdir()
    else:
        path.symlink_to(elsewhere)
    before = texts(out)
    if what == "a folder" and at != "stacks/dev-come/versions.tf":
        write(out, render(tmp_path / "new", stacks))
        assert texts(out) == texts(tmp_path / "new")
        return
    with pytest.raises(WrongInput, match="in the way") as refused:
        write(out, render(tmp_path / "new", stacks))
    assert str(path) in str(refused.value)
    assert texts(out) == before
    assert list(elsewhere.iterdir()) == []


def _assert_old_or_new(out: Path, old: Path, new: Path) -> None:
    """Each file is as it was or as it will be; what is in both is there; what is a person's is."""
    was, will, now = texts(old), texts(new), texts(out)
    for name in was.keys() | will.keys():
        allowed = {was.get(name), will.get(name)}
        assert now.get(name) in allowed, name
    for stack in ("dev-abalone", "dev-foundation"):
        json.loads(now[f"stacks/{stack}/cdk.tf.json"])
    assert PERSONS.items() <= now.items()


def _interrupted(folder: Path, old: Path, new: Path, fault: Callable[[int], Fault]) -> Iterator[Path]:
    """An output folder whose replacement met a fault at its first change of the file system, its second, …"""
    for number in itertools.count(1):
        out = folder / f"out{number}"
        write(out, old)
        put(out, PERSONS)
        with fault(number) as one:
            write(out, new)
        if not one.met:
            return
        yield out


def test_a_synthesis_that_is_killed_at_any_moment_is_repaired_by_the_next(
    tmp_path: Path, old: Path, new: Path
) -> None:
    moments = 0
    for out in _interrupted(tmp_path, old, new, dying_at):
        moments += 1
        _assert_old_or_new(out, old, new)
        assert is_synthesis(out)
        write(out, new)
        assert texts(out) == {**texts(new), **PERSONS}
        assert not [path for path in out.rglob("*") if path.is_dir() and not any(path.iterdir())]
    assert moments > 30


def test_a_first_synthesis_that_is_killed_at_any_moment_is_done_by_the_next(tmp_path: Path, new: Path) -> None:
    for number in itertools.count(1):
        out = tmp_path / f"out{number}"
        with dying_at(number) as death:
            write(out, new)
        if not death.met:
            break
        assert not out.exists() or is_synthesis(out)
        write(out, new)
        assert texts(out) == texts(new)
    assert number > 8


def test_a_fault_of_the_disk_at_any_moment_leaves_every_file_old_or_new(tmp_path: Path, old: Path, new: Path) -> None:
    faults = (errno.ENOSPC, errno.EROFS, errno.EACCES)

    def fault(number: int) -> Fault:
        return failing_at(number, faults[number % len(faults)])

    moments = 0
    for out in _interrupted(tmp_path, old, new, fault):
        moments += 1
        _assert_old_or_new(out, old, new)
        write(out, new)
        assert texts(out) == {**texts(new), **PERSONS}
    assert moments > 30


_LIMITED = """
import resource, sys
from pathlib import Path
from written_stacks import write
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    write(Path(sys.argv[1]), Path(sys.argv[2]))
except OSError as error:
    print(error.strerror)
"""


def _run(code: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(SUPPORT)}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_file_that_does_not_fit_on_the_disk_leaves_the_previous_synthesis_whole(tmp_path: Path, old: Path) -> None:
    out = tmp_path / "out"
    write(out, old)
    large = {**NEW, "dev-large": {"cdk.tf.json": json.dumps({"text": "x" * 100_000})}}
    run = _run(_LIMITED, out, render(tmp_path / "large", large))
    assert (run.stdout, run.stderr) == ("File too large\n", "")
    assert texts(out) == texts(old)


_KILLED = """
import os, signal, sys
from pathlib import Path
import written_stacks
from written_stacks import write
left = int(sys.argv[3])
def count():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
written_stacks._hook.append(count)
write(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("operation", [2, 9, 16, 21, 24, 27, 30, 33])
def test_sigkill_leaves_no_lock_and_nothing_that_the_next_synthesis_does_not_repair(
    tmp_path: Path, old: Path, new: Path, operation: int
) -> None:
    out = tmp_path / "out"
    write(out, old)
    put(out, PERSONS)
    run = _run(_KILLED, out, new, Path(str(operation)))
    assert run.returncode == -signal.SIGKILL, run.stderr
    _assert_old_or_new(out, old, new)
    write(out, new)
    assert texts(out) == {**texts(new), **PERSONS}


_REPEATED = """
import sys
from pathlib import Path
from written_stacks import write
out, *rendered = map(Path, sys.argv[1:])
for number in range(100):
    write(out, rendered[number % 2])
"""


def test_two_syntheses_at_once_take_turns_and_readers_miss_nothing(tmp_path: Path, old: Path, new: Path) -> None:
    out = tmp_path / "out"
    write(out, old)
    put(out, PERSONS)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(SUPPORT)}
    commands = [
        [sys.executable, "-c", _REPEATED, str(out), *order] for order in ((str(old), str(new)), (str(new), str(old)))
    ]
    writers = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for command in commands]
    both = [name for name in texts(old) if name in texts(new)]
    allowed = {name: {texts(old)[name], texts(new)[name]} for name in both}
    seen: dict[str, set[str]] = {name: set() for name in both}
    while any(writer.poll() is None for writer in writers):
        for name in both:
            seen[name].add((out / name).read_text())
    assert [(writer.returncode, writer.communicate()[1]) for writer in writers] == [(0, ""), (0, "")]
    assert all(seen[name] <= allowed[name] for name in both)
    assert seen["stacks/dev-abalone/cdk.tf.json"] == allowed["stacks/dev-abalone/cdk.tf.json"], "nothing was replaced"
    write(out, new)
    assert texts(out) == {**texts(new), **PERSONS}


def test_a_synthesis_of_an_earlier_version_is_taken_over(tmp_path: Path, new: Path) -> None:
    out = tmp_path / "out"
    versions = 'terraform {\n  required_version = ">= 1.11"\n}\n'
    main = json.dumps({"//": {"metadata": {"stackName": "dev-gone"}}, "x": "${path.module}/assets/gone.zip"})
    files = {"cdk.tf.json": main, "versions.tf": versions, "assets/gone.zip": "ours", "assets/kept.zip": "mine"}
    put(out / "stacks" / "dev-gone", {**files, "errored.tfstate": "{}"})
    (out / "manifest.json").write_text(json.dumps({"stacks": {"dev-gone": {}}}))
    assert is_synthesis(out)
    assert stacks_in(out) == ["dev-gone"]
    kept = write(out, new)
    assert kept == [Kept("dev-gone", ("assets/", "errored.tfstate"))]
    assert texts(out) == {
        **texts(new),
        "stacks/dev-gone/assets/kept.zip": "mine",
        "stacks/dev-gone/errored.tfstate": "{}",
    }


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": "mine"},
        {"manifest.json": "{}"},
        {"manifest.json": '{"stacks": {"dev-a": {}}}', "stacks/dev-a/cdk.tf.json": "{}"},
        {"manifest.json": '{"stacks": {}}', ".git/config": ""},
        {MARKER: "something else"},
        {MARKER: "", "README.md": "mine"},
        {"stacks/dev-a/cdk.tf.json": "{}"},
    ],
)
def test_any_other_folder_is_no_synthesis(tmp_path: Path, files: dict[str, str]) -> None:
    put(tmp_path, files)
    assert not is_synthesis(tmp_path)


def test_an_empty_folder_and_one_with_our_list_are_ours(tmp_path: Path) -> None:
    assert is_synthesis(tmp_path)
    put(tmp_path, {MARKER: HEADER, "README.md": "mine"})
    assert is_synthesis(tmp_path)


@pytest.mark.parametrize("name", [MARKER, "cdk.tf.json", "versions.tf"])
def test_a_pipe_in_place_of_a_file_is_named_and_not_waited_for(tmp_path: Path, name: str, new: Path) -> None:
    out = tmp_path / "out"
    write(out, render(tmp_path / "old", {}))
    pipe = out / "stacks" / "dev-come" / name
    pipe.parent.mkdir(parents=True)
    os.mkfifo(pipe)
    with pytest.raises(WrongInput, match=f"{pipe} is in the way"):
        write(out, new)
