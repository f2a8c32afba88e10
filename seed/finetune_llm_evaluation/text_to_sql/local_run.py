"""What ``python -m mlops.local`` has to know about this repository."""

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mlops.local.definition import Value
from mlops.local.repository import Data, Example, Ground, LocalRun, ModelOption, Results

from text_to_sql.generate_data import DATA_KEY, generate

_SCRIPTS = Path(__file__).resolve().parent / "scripts"
_KEY = "data/models/local"
# One byte is one token of the tiny model: examples are longer for it, and its answers are no SQL at any length.
_FOR_THE_TINY_MODEL = {"MaxTokens": 400, "MaxNewTokens": 20}


def sample() -> str:
    """Generated examples, as the build puts them where there is no data."""
    return "".join(f"{line}\n" for line in generate())


def put_base_model(ground: Ground, folder: Path | None) -> Mapping[str, Value]:
    """Put the base model where the pipeline can fetch it: the given one, or a tiny one that is made here."""
    location = ground.settings.uri(_KEY)
    ground.store.remove(location)
    if folder is not None:
        ground.store.keep(folder, location)
        return {"BaseModel": location}
    # PyTorch takes seconds to come.
    from text_to_sql.tiny_model import save_tiny_model

    with tempfile.TemporaryDirectory() as made:
        save_tiny_model(Path(made))
        ground.store.keep(Path(made), location)
    return {"BaseModel": location, **_FOR_THE_TINY_MODEL}


def example(results: Results) -> Example | None:
    """The first question of the test, as a chat: in the words of the training."""
    examples = results.text("Preprocess", "test", "examples.jsonl")
    if not examples:
        return None
    first = json.loads(examples.splitlines()[0])
    messages = [
        {"role": "system", "content": _instruction()},
        {"role": "user", "content": f"{first['schema']}\n\n{first['question']}"},
    ]
    return Example("request.json", json.dumps({"messages": messages, "max_tokens": 160}), "application/json")


def _instruction() -> str:
    """What the jobs' scripts tell the model; those find each other as files of one folder."""
    sys.path.append(str(_SCRIPTS))
    try:
        from prompts import INSTRUCTION
    finally:
        sys.path.remove(str(_SCRIPTS))
    return INSTRUCTION


LOCAL_RUN = LocalRun(
    pipeline="text_to_sql.pipeline",
    parameters={"DryRun": "true", "Quantization": "none"},
    data=Data(DATA_KEY, sample),
    model=ModelOption("a folder with config.json, tokenizer and safetensors", put_base_model),
    example=example,
)
