"""The task that the transformers container is told to serve.

Without ``HF_TASK`` its toolkit guesses from the name of the model's architecture, knows a handful of endings, and
ends for every other model: those of embeddings (BertModel), images, sound. With it, the task has to be one that the
container's transformers has a pipeline for; the hub's names of tasks are more.
https://github.com/aws/sagemaker-huggingface-inference-toolkit (transformers_utils.py, handler_service.py)
"""

from __future__ import annotations

from difflib import get_close_matches

from failure import ImportFailedError

AUTO = "auto"
"""The task that the hub names for the model."""

TRANSFORMERS_VERSION = "4.51.3"
"""The container's, of which the pipelines below are (SUPPORTED_TASKS); text-to-image is the toolkit's own."""

PIPELINES = frozenset(
    {
        *("audio-classification", "automatic-speech-recognition", "depth-estimation", "document-question-answering"),
        *("feature-extraction", "fill-mask", "image-classification", "image-feature-extraction"),
        *("image-segmentation", "image-text-to-text", "image-to-image", "image-to-text", "mask-generation"),
        *("object-detection", "question-answering", "summarization", "table-question-answering"),
        *("text-classification", "text-generation", "text-to-audio", "text-to-image", "text2text-generation"),
        *("token-classification", "translation", "video-classification", "visual-question-answering"),
        *("zero-shot-audio-classification", "zero-shot-classification", "zero-shot-image-classification"),
        "zero-shot-object-detection",
    }
)
# Other names of tasks, with the pipeline that serves their models.
_SERVED_AS = {
    # The hub's name of most embedding models, and of cross-encoders.
    "sentence-similarity": "feature-extraction",
    "text-ranking": "text-classification",
    "text-to-speech": "text-to-audio",
    "sentiment-analysis": "text-classification",
    "ner": "token-classification",
    "vqa": "visual-question-answering",
}


def served_task(asked: str, named: object, model_id: str) -> str:
    """The pipeline for a model: that of the task asked for, or with ``auto`` that of the task which the hub names.

    Raises:
        ImportFailedError: the container has none for it, or the hub names no task.
    """
    task = str(named or "") if asked == AUTO else asked
    pipeline = _SERVED_AS.get(task, task)
    if pipeline in PIPELINES or _translates(pipeline):
        return pipeline
    if asked != AUTO:
        raise ImportFailedError(
            f"the parameter Task is {asked!r}, for which the transformers container has no pipeline{_near(asked)}"
        )
    found = f"the task {task!r}, for which the transformers container has no pipeline" if task else "no task"
    raise ImportFailedError(
        f"the hub names {found}: {model_id}; name one in the parameter Task, such as feature-extraction"
    )


def _translates(task: str) -> bool:
    """Whether a task is ``translation_XX_to_YY``, as transformers reads it."""
    first, *others = task.split("_")
    return first == "translation" and len(others) == 3 and others[1] == "to" and all(others)  # noqa: PLR2004


def _near(task: str) -> str:
    near = get_close_matches(task.lower(), sorted({*PIPELINES, *_SERVED_AS, AUTO}), n=1)
    return f": {near[0]}?" if near else f"; {AUTO} takes the task that the hub names"
