"""What a served model answers, and which requests it refuses; the container's own server is not needed for that."""

import json

import prediction
import pytest
from abalone.generate_data import generate
from preprocess import preprocess
from train import train

ROW = "M,0.455,0.365,0.095,0.514,0.2245,0.101,0.15"
# What a caller sends, and what it accepts.
CSV_TO_CSV = ("text/csv", "text/csv")
HYPERPARAMETERS = {
    "num_round": "5",
    "early_stopping_rounds": "5",
    "max_depth": "3",
    "learning_rate": "0.3",
    "min_child_weight": "2",
    "subsample": "1",
    "seed": "1",
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> prediction.Model:
    """A small model."""
    folder = tmp_path_factory.mktemp("job")
    (folder / "input").mkdir()
    (folder / "input/abalone.csv").write_text("\n".join(generate(200, seed=3)), encoding="utf-8")
    preprocess(folder, seed=1)
    train(folder, folder / "packed", HYPERPARAMETERS)
    return prediction.load(folder / "packed")


@pytest.mark.parametrize("content_type", ["text/csv", "text/csv; charset=utf-8", "TEXT/CSV"])
def test_a_request_is_csv_however_it_is_written(model: prediction.Model, content_type: str) -> None:
    """Callers write the content type in more than one way."""
    assert prediction.answer(model, f"{ROW}\n", content_type, "text/csv").status == 200


@pytest.mark.parametrize("body", [ROW, ROW.encode(), f"\ufeff{ROW}".encode(), f"{ROW.lower()}\r\n"])
def test_one_row_has_one_answer_however_it_is_sent(model: prediction.Model, body: str | bytes) -> None:
    """A byte order mark in front changed the sex of the first row, and with it the number."""
    expected = prediction.answer(model, ROW, "text/csv", "text/csv")

    assert prediction.answer(model, body, "text/csv", "text/csv") == expected
    assert float(expected.text) > 0


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv", "text/csv"),
        ("text/csv; charset=utf-8", "text/csv"),
        ("", "text/csv"),
        ("*/*", "text/csv"),
        ("text/*", "text/csv"),
        ("application/json", "application/json"),
        ("application/json, text/csv", "application/json"),
        ("application/json;q=0.5, text/csv", "text/csv"),
        ("application/xml, application/json;q=0.9, */*;q=0.1", "application/json"),
        ("text/csv;q=0, application/json", "application/json"),
    ],
)
def test_a_caller_gets_the_type_that_it_accepts(model: prediction.Model, accept: str, media_type: str) -> None:
    """The numbers are the same in both."""
    given = prediction.answer(model, f"{ROW}\n{ROW}\n", "text/csv", accept)
    numbers = (
        json.loads(given.text)["predictions"]
        if media_type == "application/json"
        else [float(line) for line in given.text.splitlines()]
    )

    assert (given.status, given.media_type) == (200, media_type)
    assert len(numbers) == 2
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize(
    ("body", "types", "status", "reason"),
    [
        (ROW, ("application/json", "text/csv"), 415, "send text/csv"),
        (ROW, ("text/csv", "application/xml"), 406, "accept text/csv or application/json"),
        ("", CSV_TO_CSV, 400, "request: no rows"),
        (f"{ROW}\nM,1", CSV_TO_CSV, 400, "request, line 2: 2 values where 8 are expected"),
        (ROW.replace("0.455", "long"), CSV_TO_CSV, 400, "line 1, column length: 'long' is no number"),
        (ROW.replace("M", "male"), CSV_TO_CSV, 400, "line 1, column sex: 'male' is none of F, I, M"),
        (b"M\xff", CSV_TO_CSV, 400, "request, line 1: this is not UTF-8"),
    ],
)
def test_a_callers_mistake_is_a_4xx_with_the_reason(
    model: prediction.Model, body: str | bytes, types: tuple[str, str], status: int, reason: str
) -> None:
    """5xx counts as the model's fault."""
    given = prediction.answer(model, body, *types)

    assert (given.status, given.media_type) == (status, "text/plain")
    assert reason in given.text
    assert "\n" not in given.text
