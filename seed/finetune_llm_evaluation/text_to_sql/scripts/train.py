"""Training job: fine-tune with LoRA or QLoRA, go on from the last checkpoint, and merge the result into the base."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import accelerator
import torch
from examples import DataError, Example, read_folder
from failure import report_failure
from peft import LoraConfig, PeftModel, get_peft_model, prepare_model_for_kbit_training
from prompts import Tokenizer, completion, prompt
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    Trainer,
    TrainingArguments,
    set_seed,
)
from transformers.trainer_utils import get_last_checkpoint

IGNORED = -100
"""The label of tokens that the model is not to learn to write."""

DRY_RUN_STEPS = 3
SHARD_SIZE = "4GB"
"""The largest file of the merged model's weights."""

_QUANTIZATIONS = ("none", "4bit")

Model = Any
"""A model of the transformers library."""


@dataclass(frozen=True)
class Hyperparameters:
    """How to fine-tune; SageMaker hands every one of them over as text."""

    epochs: int
    rank: int
    learning_rate: float
    quantization: str
    batch_size: int
    accumulation: int
    max_tokens: int
    checkpoint_steps: int
    seed: int
    dry_run: bool

    @classmethod
    def read(cls, text: Mapping[str, str]) -> Hyperparameters:
        """Raises ValueError where a value is out of range."""
        read = cls(
            epochs=int(text["epochs"]),
            rank=int(text["rank"]),
            learning_rate=float(text["learning_rate"]),
            quantization=text["quantization"],
            batch_size=int(text["batch_size"]),
            accumulation=int(text["gradient_accumulation"]),
            max_tokens=int(text["max_tokens"]),
            checkpoint_steps=int(text["checkpoint_steps"]),
            seed=int(text["seed"]),
            dry_run=text["dry_run"] == "true",
        )
        if read.quantization not in _QUANTIZATIONS:
            raise ValueError(f"quantization is {read.quantization!r}; write {' or '.join(_QUANTIZATIONS)}")
        for name in ("epochs", "rank", "batch_size", "accumulation", "max_tokens", "checkpoint_steps"):
            if getattr(read, name) < 1:
                raise ValueError(f"{name} is {getattr(read, name)}; at least 1 is needed")
        return read


def main() -> None:
    """Run the job on the folders that SageMaker mounted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=Path("/opt/ml"))
    options = parser.parse_args()
    with report_failure("failure"):
        text = json.loads((options.folder / "input/config/hyperparameters.json").read_text())
        train(options.folder, Hyperparameters.read(text))


def train(folder: Path, hyperparameters: Hyperparameters) -> None:
    """Tune ``input/data/model`` on ``input/data/train``; write the merged model to ``model``."""
    set_seed(hyperparameters.seed)
    base = folder / "input/data/model"
    tokenizer = AutoTokenizer.from_pretrained(base)
    examples = read_folder(folder / "input/data/train")
    tokens = tokenized(tokenizer, examples, hyperparameters.max_tokens)
    tune(folder, hyperparameters, tokens, _pad_id(tokenizer))
    # The tuned model, its gradients and the optimizer's state are gone before the base is read again.
    accelerator.release()
    merge(base, folder / "adapter", folder / "model")
    tokenizer.save_pretrained(folder / "model")


def tune(folder: Path, hyperparameters: Hyperparameters, tokens: list[dict[str, list[int]]], pad_id: int) -> None:
    """Tune the base model; write nothing but the adapter, to ``adapter``, and leave no model behind."""
    tuned = get_peft_model(
        load_base(folder / "input/data/model", hyperparameters.quantization), lora(hyperparameters)
    )
    trainer = Trainer(
        model=tuned,
        args=arguments(hyperparameters, folder / "checkpoints"),
        train_dataset=tokens,
        data_collator=Padding(pad_id),
    )
    trainer.train(resume_from_checkpoint=last_checkpoint(folder / "checkpoints"))
    tuned.save_pretrained(folder / "adapter")


def load_base(base: Path, quantization: str) -> Model:
    """The base model, ready to be tuned: in 16 bits on a GPU, its layers in 4 bits if asked for."""
    if quantization == "none":
        model = AutoModelForCausalLM.from_pretrained(
            base, dtype=accelerator.precision(), device_map=accelerator.device()
        )
        model.enable_input_require_grads()
        return model
    four_bits = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=accelerator.precision(),
    )
    model = AutoModelForCausalLM.from_pretrained(
        base,
        dtype=accelerator.precision(),
        quantization_config=four_bits,
        device_map=accelerator.device(),
    )
    return prepare_model_for_kbit_training(model, use_gradient_checkpointing=torch.cuda.is_available())


def lora(hyperparameters: Hyperparameters) -> LoraConfig:
    """Adapters on every linear layer but the last, scaled so that another rank needs no other learning rate."""
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=hyperparameters.rank,
        lora_alpha=2 * hyperparameters.rank,
        lora_dropout=0.05,
        target_modules="all-linear",
    )


def arguments(hyperparameters: Hyperparameters, checkpoints: Path) -> TrainingArguments:
    """The trainer's settings; nothing is reported to anybody."""
    gpu = torch.cuda.is_available()
    return TrainingArguments(
        output_dir=str(checkpoints),
        num_train_epochs=hyperparameters.epochs,
        max_steps=DRY_RUN_STEPS if hyperparameters.dry_run else -1,
        per_device_train_batch_size=hyperparameters.batch_size,
        gradient_accumulation_steps=hyperparameters.accumulation,
        gradient_checkpointing=gpu,
        learning_rate=hyperparameters.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=0.05,
        bf16=accelerator.precision() == torch.bfloat16,
        fp16=accelerator.precision() == torch.float16,
        use_cpu=not gpu,
        save_strategy="steps",
        save_steps=hyperparameters.checkpoint_steps,
        save_total_limit=2,
        logging_steps=10,
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=gpu,
        seed=hyperparameters.seed,
    )


def last_checkpoint(folder: Path) -> str | None:
    """Where an interrupted job of the same execution stopped, or None."""
    return get_last_checkpoint(str(folder)) if folder.is_dir() else None


def merge(base: Path, adapter: Path, target: Path) -> None:
    """Write base and adapter as one model, in the base's own precision, so that serving needs nothing else.

    The whole model lies in the machine's memory, one layer after the other is added to in place, and it is written in
    shards: a GPU that could just hold the base while it was tuned need not hold it again.
    """
    whole = AutoModelForCausalLM.from_pretrained(base, dtype=accelerator.precision(), device_map="cpu")
    merged = PeftModel.from_pretrained(whole, str(adapter), torch_device="cpu").merge_and_unload()
    merged.save_pretrained(target, max_shard_size=SHARD_SIZE)


def tokenized(tokenizer: Tokenizer, examples: list[Example], max_tokens: int) -> list[dict[str, list[int]]]:
    """Tokens and labels; only the SQL and the end after it are to be learned.

    Raises:
        DataError: no example has at most ``max_tokens`` tokens.
    """
    rows = [_tokens(tokenizer, example) for example in examples]
    short = [row for row in rows if len(row["input_ids"]) <= max_tokens]
    if not short:
        raise DataError(f"none of {len(rows)} examples has at most {max_tokens} tokens")
    print(f"examples: {len(short)} used, {len(rows) - len(short)} longer than {max_tokens} tokens left out")
    return short


def _tokens(tokenizer: Tokenizer, example: Example) -> dict[str, list[int]]:
    # The chat template writes the special tokens itself.
    question = tokenizer(prompt(tokenizer, example), add_special_tokens=False)["input_ids"]
    answer = tokenizer(completion(tokenizer, example), add_special_tokens=False)["input_ids"]
    return {"input_ids": question + answer, "labels": [IGNORED] * len(question) + answer}


@dataclass(frozen=True)
class Padding:
    """Makes the rows of a batch equally long."""

    pad_id: int

    def __call__(self, rows: list[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
        """The batch as tensors."""
        longest = max(len(row["input_ids"]) for row in rows)
        missing = [longest - len(row["input_ids"]) for row in rows]
        pairs = list(zip(rows, missing, strict=True))
        return {
            "input_ids": torch.tensor([row["input_ids"] + [self.pad_id] * gap for row, gap in pairs]),
            "attention_mask": torch.tensor([[1] * (longest - gap) + [0] * gap for gap in missing]),
            "labels": torch.tensor([row["labels"] + [IGNORED] * gap for row, gap in pairs]),
        }


def _pad_id(tokenizer: Tokenizer) -> int:
    return int(tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id)


if __name__ == "__main__":
    main()
