"""Training, on a model that knows nothing and is small enough for a test."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from examples import DataError, Example, read
from prompts import completion, prompt
from text_to_sql.generate_data import generate
from text_to_sql.tiny_model import byte_tokenizer
from train import IGNORED, Hyperparameters, Padding, tokenized, train
from training_job import HYPERPARAMETERS, training_folder
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

EXAMPLE = Example("CREATE TABLE t (x)", "How many?", "SELECT COUNT(*) FROM t")


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """One token per byte."""
    return byte_tokenizer()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A job's folder with a random model and a few examples."""
    return training_folder(tmp_path)


def steps_of(folder: Path) -> set[int]:
    """The steps after which checkpoints are there."""
    return {int(path.name.removeprefix("checkpoint-")) for path in (folder / "checkpoints").iterdir()}


def test_a_training_that_was_interrupted_goes_on_and_ends_with_the_same_model(folder: Path) -> None:
    """As after the loss of a spot instance."""
    train(folder, Hyperparameters.read(HYPERPARAMETERS))
    whole = (folder / "model/model.safetensors").read_bytes()
    assert steps_of(folder) == {2, 3}
    shutil.rmtree(folder / "checkpoints/checkpoint-3")
    shutil.rmtree(folder / "model")
    state = (folder / "checkpoints/checkpoint-2/trainer_state.json").stat().st_mtime_ns

    train(folder, Hyperparameters.read(HYPERPARAMETERS))

    assert (folder / "model/model.safetensors").read_bytes() == whole
    assert steps_of(folder) == {2, 3}
    assert (folder / "checkpoints/checkpoint-2/trainer_state.json").stat().st_mtime_ns == state


def test_a_base_in_four_bits_can_be_tuned_and_the_result_is_in_full_precision(folder: Path) -> None:
    train(folder, Hyperparameters.read(HYPERPARAMETERS | {"quantization": "4bit"}))

    base, tuned = (LlamaForCausalLM.from_pretrained(folder / path) for path in ("input/data/model", "model"))
    assert "quantization_config" not in json.loads((folder / "model/config.json").read_text())
    assert not torch.equal(
        base.model.layers[0].self_attn.q_proj.weight, tuned.model.layers[0].self_attn.q_proj.weight
    )
    assert torch.equal(base.lm_head.weight, tuned.lm_head.weight)


def test_only_the_sql_and_its_end_are_learned(tokenizer: Any) -> None:
    (row,) = tokenized(tokenizer, [EXAMPLE], 400)
    learned = [label for label in row["labels"] if label != IGNORED]

    assert tokenizer.decode(learned) == f" {EXAMPLE.sql}<end>"
    assert len(row["labels"]) == len(row["input_ids"])


def test_examples_that_are_too_long_are_left_out(tokenizer: Any) -> None:
    longer = Example(EXAMPLE.schema, "How many? " * 50, EXAMPLE.sql)

    assert len(tokenized(tokenizer, [EXAMPLE, longer], 400)) == 1
    with pytest.raises(DataError, match="none of 1 examples has at most 400 tokens"):
        tokenized(tokenizer, [longer], 400)


def test_padding_is_neither_seen_nor_learned() -> None:
    batch = Padding(9)([{"input_ids": [1, 2], "labels": [IGNORED, 2]}, {"input_ids": [3], "labels": [3]}])

    assert batch["input_ids"].tolist() == [[1, 2], [3, 9]]
    assert batch["attention_mask"].tolist() == [[1, 1], [1, 0]]
    assert batch["labels"].tolist() == [[IGNORED, 2], [3, IGNORED]]


def test_a_model_that_has_learned_to_chat_is_asked_in_a_chat(tokenizer: Any) -> None:
    chatting = PreTrainedTokenizerFast(tokenizer_object=tokenizer._tokenizer, eos_token="<end>")
    chatting.chat_template = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}[assistant]"

    asked = prompt(chatting, EXAMPLE)

    assert asked.startswith("[system]Answer the question with one SQLite query")
    assert asked.endswith(f"[user]{EXAMPLE.schema}\n\n{EXAMPLE.question}[assistant]")
    assert completion(chatting, EXAMPLE) == f"{EXAMPLE.sql}<end>"


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [("quantization", "8bit", "none or 4bit"), ("rank", "0", "rank is 0"), ("epochs", "0", "epochs is 0")],
)
def test_a_hyperparameter_out_of_range_is_refused(name: str, value: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Hyperparameters.read(HYPERPARAMETERS | {name: value})


def test_the_generated_examples_fit_the_default_length(tokenizer: Any) -> None:
    """Even with one token per byte."""
    examples = read("\n".join(generate()), "generated")

    assert len(tokenized(tokenizer, examples, 1024)) == len(examples)
