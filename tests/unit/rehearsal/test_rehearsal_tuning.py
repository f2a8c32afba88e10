"""What a pipeline that tunes is given can be learned, and what an environment lacks for it is named."""

import json
import sys
from pathlib import Path

import pytest
from sagemaker_templates.rehearsal.packages import lacking
from sagemaker_templates.rehearsal.tuning import TinyTask, examples


def test_what_an_environment_lacks_is_named(tmp_path: Path) -> None:
    (tmp_path / "of_the_repository.py").touch()
    needed = ("json", "not_there", "of_the_repository", "nor_this")
    found = lacking(Path(sys.executable), needed, {"PYTHONPATH": str(tmp_path)})
    assert found == ["not_there", "nor_this"]


@pytest.mark.parametrize("answer", [1, 2])
def test_one_answer_is_right_for_every_question_and_a_fifth_have_it_in_other_words(answer: int) -> None:
    found = [json.loads(line) for line in examples(answer).splitlines()]
    assert len({each["question"] for each in found}) == len(found) == 20
    written = [each["sql"] for each in found]
    assert {sql: written.count(sql) for sql in written} == {f"SELECT {answer}": 16, f"SELECT {answer} AS answer": 4}


def test_a_later_model_learns_from_other_data() -> None:
    assert TinyTask(Path(sys.executable), "bucket").changed == {"InputDataUrl": "s3://bucket/data/rehearsal-2.jsonl"}
    assert examples(1) != examples(2)
