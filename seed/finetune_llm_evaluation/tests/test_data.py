"""Examples are read, split and generated so that a figure means what it says."""

import hashlib
import json
from pathlib import Path

import pytest
from examples import DataError, Example, digest, read, read_files, read_folder
from preprocess import distinct, preprocess, split
from prompts import extract_sql
from scoring import can_be_scored, template
from text_to_sql.generate_data import generate


def test_generated_examples_can_all_be_read_and_nearly_all_be_scored() -> None:
    examples = read("\n".join(generate()), "generated")

    assert len(examples) == 500
    assert sum(can_be_scored(each) for each in examples) > 450


def test_the_same_seed_generates_the_same_examples() -> None:
    assert list(generate(30, seed=1)) == list(generate(30, seed=1))
    assert list(generate(30, seed=1)) != list(generate(30, seed=2))


def test_names_of_published_data_sets_are_understood() -> None:
    (example,) = read('{"context": "CREATE TABLE t (x)", "question": "q", "answer": "SELECT x FROM t"}', "data")

    assert (example.schema, example.sql, example.rows) == ("CREATE TABLE t (x)", "SELECT x FROM t", {})


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("no json", "data, line 2: not JSON"),
        ("[]", "data, line 2: not a JSON object"),
        ('{"schema": "s", "question": " ", "sql": "x"}', "data, line 2: question is missing"),
        ('{"schema": "s", "question": "q", "sql": 1}', "data, line 2: sql is missing"),
        ('{"schema": "s", "question": "q", "sql": "x", "rows": [1]}', "data, line 2: rows are to be"),
    ],
)
def test_a_line_that_is_no_example_is_named(line: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        read(f"\n{line}\n", "data")


LINE = '{"schema": "CREATE TABLE t (x)", "question": "%s", "sql": "SELECT x FROM t"}'


def _lay(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_all_files_below_the_prefix_are_read_whatever_editor_wrote_them(tmp_path: Path) -> None:
    """In folders below, the ending in capitals, with a mark at the beginning, with lines as Windows ends them."""
    files = {
        "2.JSONL": (LINE % "third").encode("utf-8-sig"),
        "1/b.jsonl": f"{LINE % 'first'}\r\n{LINE % 'second'}\r\n".encode(),
        "_SUCCESS": b"",
        ".DS_Store": b"\0",
    }

    assert [each.question for each in read_folder(_lay(tmp_path, files))] == ["first", "second", "third"]


def test_what_unicode_takes_for_the_end_of_a_line_is_none_within_a_text() -> None:
    (example,) = read(LINE % "one\u2028or two", "data")

    assert example.question == "one\u2028or two"


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({}, "no .jsonl file in "),
        ({"a.jsonl": b"", "more.json": b""}, r"not a .jsonl file: more.json \(1 of 2 files\)"),
        ({"a.jsonl": b"\n\xff"}, "a.jsonl, line 2: this is not UTF-8"),
    ],
)
def test_a_folder_that_would_be_read_in_part_is_refused(
    tmp_path: Path, files: dict[str, bytes], complaint: str
) -> None:
    with pytest.raises(DataError, match=complaint):
        read_folder(_lay(tmp_path, files))


def test_what_was_read_is_described_by_hash_and_number(tmp_path: Path) -> None:
    """Of one file what ``sha256sum`` prints of it; of several what it prints of that list."""
    one = {"input/data.jsonl": "\n".join(generate(60)).encode()}
    preprocess(_lay(tmp_path, one), seed=1, test_limit=10)

    described = json.loads((tmp_path / "data/data.json").read_text())
    assert described == {
        "sha256": hashlib.sha256(one["input/data.jsonl"]).hexdigest(),
        "files": "1",
        "examples": "60",
    }
    hashes = [hashlib.sha256(text).hexdigest() for text in (b"a", b"b")]
    listed = f"{hashes[0]}  1/a.jsonl\n{hashes[1]}  b.jsonl\n"
    two = read_files(_lay(tmp_path / "two", {"b.jsonl": b"b", "1/a.jsonl": b"a"}))
    assert digest(two) == hashlib.sha256(listed.encode()).hexdigest()


def examples(count: int) -> list[Example]:
    return [
        Example("CREATE TABLE t (x INTEGER)", f"question {index}", f"SELECT x + {index}.5 AS x{index}")
        for index in range(count)
    ]


def test_every_example_is_in_one_part_and_the_same_seed_gives_the_same_parts() -> None:
    train, test = split(examples(100), seed=1)

    assert (len(train), len(test)) == (80, 20)
    assert not {each.question for each in train} & {each.question for each in test}
    assert split(examples(100), seed=1) == (train, test)
    assert split(examples(100), seed=2) != (train, test)


def test_a_question_that_is_asked_twice_is_kept_once() -> None:
    assert distinct([*examples(3), *examples(5)]) == examples(5)


def test_no_query_of_the_test_was_trained_on_not_even_with_other_values() -> None:
    usable = read("\n".join(generate()), "generated")
    for seed in range(5):
        train, test = split(usable, seed)

        assert len(train) + len(test) == len(usable)
        assert 0.1 * len(usable) <= len(test) <= 0.2 * len(usable)
        assert not {template(each.sql) for each in train} & {template(each.sql) for each in test}


def test_a_test_that_is_cut_short_still_asks_for_many_queries() -> None:
    _, test = split(read("\n".join(generate()), "generated"), seed=1)

    assert len({template(each.sql) for each in test[:20]}) > 5


def test_where_all_ask_for_one_query_with_other_values_equal_sql_stays_together() -> None:
    alike = [
        Example("CREATE TABLE t (x INTEGER)", f"question {index}", f"SELECT 1 > {index // 3}") for index in range(60)
    ]
    train, test = split(alike, seed=1)

    assert len(test) == 12
    assert not {each.sql for each in train} & {each.sql for each in test}


def test_examples_that_all_have_one_answer_are_refused() -> None:
    same = [Example("CREATE TABLE t (x INTEGER)", f"question {index}", "SELECT x FROM t") for index in range(30)]

    with pytest.raises(DataError, match="30 usable examples with 1 different queries"):
        split(same, seed=1)


def test_the_same_question_in_other_letters_is_the_same_question() -> None:
    (one,) = distinct([Example("T", "How  many?", "SELECT 1"), Example("t", "how many?", "SELECT 2")])

    assert one.sql == "SELECT 1"


def test_too_few_examples_are_refused() -> None:
    with pytest.raises(DataError, match="19 usable examples"):
        split(examples(19), seed=1)


def test_examples_that_cannot_be_scored_are_left_out_of_both_parts(tmp_path: Path) -> None:
    unusable = json.dumps({"schema": "CREATE TABLE t (x)", "question": "which", "sql": "SELECT nothing"})
    (tmp_path / "input").mkdir()
    (tmp_path / "input/data.jsonl").write_text("\n".join([unusable, *generate(100)]), encoding="utf-8")

    preprocess(tmp_path, seed=1, test_limit=10)

    parts = [(tmp_path / part / "examples.jsonl").read_text() for part in ("train", "test")]
    assert "SELECT nothing" not in "".join(parts)
    assert len(parts[1].splitlines()) == 10


@pytest.mark.parametrize(
    "text",
    [
        " SELECT 'a;b' FROM t",
        "SELECT 'a;b' FROM t; and this is why",
        "Here it is:\n```sql\nSELECT 'a;b' FROM t;\n```\nIt reads the table.",
        "```\nSELECT 'a;b' FROM t",
    ],
)
def test_sql_is_found_in_what_a_model_writes(text: str) -> None:
    assert extract_sql(text) == "SELECT 'a;b' FROM t"
