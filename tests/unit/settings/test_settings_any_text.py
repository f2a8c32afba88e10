"""Whatever a file holds, a person reads lines and no traceback."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sagemaker_templates.settings import InvalidSettings, load
from settings.settings_folder import ABALONE, DEV, FILES, TEMPLATES, write

# What Python's YAML readers stumble over, and what makes another value of what is written.
_VALUES = [
    *("us-east-1", "true", "null", "{a: b}", "[a, 1]", "2001-01-01", "0o7", "1_000", "0b_", "0x_", "1e999", ".inf"),
    *(
        "!!bool maybe",
        '!!int ""',
        '!!float ""',
        "!!map foo",
        "!!int {a: b}",
        "!!binary =",
        "!!python/name:os",
        "!%FF x",
    ),
    *('"\\UFFFFFFFF"', '"\\ud800"', '"\\x"', "!<a> b", "&a b", "*a", "&a [*a]", "{<<: *a}", "%YAML 9.9"),
    *("1" + ":59" * 200, "1" + ":59" * 200 + ".5", "0x" + "f" * 4000, "9" * 4400, " " * 40_000, "a" * 40_000),
    *(
        "{a: " * 300 + "}" * 300,
        "[" * 300,
        "- " * 300,
        "? " * 30,
        *["{valueFrom: {envVariable: A}}"] * 3,
        "{valueFrom: }",
    ),
]
_HELD = ["x", "", "a\udcff", '["\\ud800"]', "[" * 300 + "]" * 300, "a" * 3000, "[1e999, NaN]", "\n"]
_KEYS = ["region", "account-id", "tags", "state", "network", "defaults", "isolated", "images", "rounds", "a"]
_MORE_KEYS = [
    "? ",
    "<<",
    "&a b",
    "*a",
    "!!str a",
    '"\\UFFFFFFFF"',
    '"\\ud800"',
    "- a",
    "- ",
    "%YAML " + "9" * 4400 + ".1\n---\na",
]
_NOISE = st.text(alphabet=[*"\n :-?{}[],|>'\"#&*!%@`~=\\\t\u0085\u2028\ufeffé"], max_size=6)
_LINE = st.tuples(st.sampled_from(_KEYS * 2 + _MORE_KEYS), st.sampled_from(_VALUES) | _NOISE).map(": ".join)
TEXTS = st.lists(_LINE, min_size=1, max_size=2).map("\n".join)


RIGHT = {DEV: FILES[DEV] + "variables: [A]\n", ABALONE: FILES[ABALONE]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The right folder, in the current one."""
    here = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("any-text"))
    write(Path("environments"), RIGHT)
    yield Path("environments")
    os.chdir(here)


@pytest.mark.parametrize("name", [DEV, ABALONE])
@given(text=TEXTS, whole=st.booleans(), held=st.sampled_from(_HELD))
@settings(max_examples=100, derandomize=True, deadline=None, database=None)
def test_any_text_in_a_file_loads_or_is_told_line_by_line(
    name: str, folder: Path, text: str, whole: bool, held: str
) -> None:
    """Each line begins with a file of the folder, and stays one line that any terminal can show."""
    file = folder / name
    file.write_bytes((text if whole else f"{RIGHT[name]}{text}").encode("utf-8", "surrogatepass"))
    try:
        load(folder, TEMPLATES, environ={"A": held})
    except InvalidSettings as invalid:
        lines = [str(problem) for problem in invalid.problems]
        assert lines
        assert all(
            line.startswith("environments/") and line.encode() and line.splitlines() == [line] for line in lines
        )
    finally:
        file.write_text(RIGHT[name], encoding="utf-8")
