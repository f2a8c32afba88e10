"""The transformers container is told a task that it can serve, or nothing is imported."""

import pytest
from failure import ImportFailedError
from model_import.serving import CHOICES
from tasks import TRANSFORMERS_VERSION, served_task

MODEL = "example-org/tiny"


def test_the_pipelines_are_those_of_the_containers_version() -> None:
    """Whoever takes another version of the container reads the list anew."""
    assert CHOICES["transformers"].version == TRANSFORMERS_VERSION


@pytest.mark.parametrize(
    ("named", "served"),
    [
        ("feature-extraction", "feature-extraction"),
        ("sentence-similarity", "feature-extraction"),
        ("text-ranking", "text-classification"),
        ("text-to-speech", "text-to-audio"),
        ("translation", "translation"),
        ("text-generation", "text-generation"),
    ],
)
def test_a_model_is_served_for_the_task_that_the_hub_names(named: str, served: str) -> None:
    """By the name of the pipeline: some of the hub's names are none."""
    assert served_task("auto", named, MODEL) == served


@pytest.mark.parametrize(
    ("asked", "served"),
    [("fill-mask", "fill-mask"), ("sentence-similarity", "feature-extraction"), ("translation_en_to_de",) * 2],
)
def test_who_starts_the_import_may_name_another_task(asked: str, served: str) -> None:
    """Whatever the hub names, or where it names none."""
    assert served_task(asked, "text-to-video", MODEL) == served_task(asked, None, MODEL) == served


@pytest.mark.parametrize(
    ("asked", "named", "reason"),
    [
        ("auto", None, "^the hub names no task: example-org/tiny; name one in the parameter Task"),
        (
            "auto",
            "text-to-video",
            "^the hub names the task 'text-to-video', for which the transformers container has",
        ),
        ("feature-extracton", "fill-mask", "^the parameter Task is 'feature-extracton', .*: feature-extraction\\?$"),
        ("Auto", "fill-mask", ": auto\\?$"),
        ("x", "fill-mask", "auto takes the task that the hub names$"),
        ("translation_en_de", None, "has no pipeline"),
        ("translation_en_to_", None, "has no pipeline"),
    ],
)
def test_a_task_that_the_container_cannot_serve_is_refused(asked: str, named: str | None, reason: str) -> None:
    """An endpoint would stop at its first start, for a reason that only its log holds."""
    with pytest.raises(ImportFailedError, match=reason):
        served_task(asked, named, MODEL)
