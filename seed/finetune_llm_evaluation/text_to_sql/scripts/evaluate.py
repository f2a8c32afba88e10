"""Processing job: let the base and the tuned model answer the same questions, and execute what they write."""

from __future__ import annotations

import argparse
import json
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import accelerator
import torch
from examples import Example, read_folder
from failure import report_failure
from prompts import Tokenizer, extract_sql, prompt
from referee import Referee
from scoring import Score
from transformers import AutoModelForCausalLM, AutoTokenizer

DRY_RUN_EXAMPLES = 8
_BATCH = 16

Report = dict[str, Any]


def main() -> None:
    """Run the job on the folders that SageMaker mounted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--max-new-tokens", type=int, required=True)
    parser.add_argument("--dry-run", choices=("true", "false"), required=True)
    parser.add_argument("--folder", type=Path, default=Path("/opt/ml/processing"))
    options = parser.parse_args()
    with report_failure("message"):
        evaluate(options.folder, options.max_new_tokens, dry_run=options.dry_run == "true")


def evaluate(folder: Path, max_new_tokens: int, *, dry_run: bool) -> Report:
    """Read ``base``, ``model`` and ``test``; write ``evaluation/evaluation.json`` and each answer beside it."""
    examples = read_folder(folder / "test")[: DRY_RUN_EXAMPLES if dry_run else None]
    base = answers(folder / "base", examples, max_new_tokens)
    with tempfile.TemporaryDirectory() as unpacked:
        with tarfile.open(folder / "model/model.tar.gz") as packed:
            packed.extractall(unpacked, filter="data")
        tuned = answers(Path(unpacked), examples, max_new_tokens)
    scores = {name: _scores(examples, given) for name, given in (("base", base), ("tuned", tuned))}
    result = report(scores["base"], scores["tuned"])
    (folder / "evaluation").mkdir(parents=True, exist_ok=True)
    (folder / "evaluation/evaluation.json").write_text(json.dumps(result, indent=2), encoding="utf-8")
    _write_answers(folder / "evaluation/answers.jsonl", examples, {"base": base, "tuned": tuned}, scores)
    print(json.dumps(result))
    return result


def answers(model_folder: Path, examples: Sequence[Example], max_new_tokens: int) -> list[str]:
    """The SQL that a model writes for each example: always its likeliest words, so that a repetition is equal.

    The model is gone when this returns, so that the next one finds the device empty.
    """
    tokenizer = AutoTokenizer.from_pretrained(model_folder, padding_side="left")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    try:
        return _written(model_folder, tokenizer, examples, max_new_tokens)
    finally:
        accelerator.release()


def _written(model_folder: Path, tokenizer: Tokenizer, examples: Sequence[Example], max_new_tokens: int) -> list[str]:
    device = accelerator.device()
    model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=accelerator.precision(), device_map=device)
    written: list[str] = []
    for start in range(0, len(examples), _BATCH):
        texts = [prompt(tokenizer, example) for example in examples[start : start + _BATCH]]
        tokens = tokenizer(texts, add_special_tokens=False, padding=True, return_tensors="pt").to(device)
        with torch.inference_mode():
            output = model.generate(
                input_ids=tokens["input_ids"],
                attention_mask=tokens["attention_mask"],
                max_new_tokens=max_new_tokens,
                do_sample=False,
                pad_token_id=tokenizer.pad_token_id,
            )
        new = output[:, tokens["input_ids"].shape[1] :]
        written += [extract_sql(text) for text in tokenizer.batch_decode(new, skip_special_tokens=True)]
    return written


def report(base: Sequence[Score], tuned: Sequence[Score]) -> Report:
    """The figures, each with its standard deviation, in the layout that SageMaker's model registry shows."""
    figures = {
        "execution_accuracy": [each.execution for each in tuned],
        "exact_match": [each.exact for each in tuned],
        "base_execution_accuracy": [each.execution for each in base],
        "base_exact_match": [each.exact for each in base],
    }
    return {
        "text_to_sql_metrics": {name: _share(right) for name, right in figures.items()},
        "test_examples": len(tuned),
    }


def _share(right: Sequence[bool]) -> dict[str, float]:
    share = sum(right) / len(right)
    return {"value": share, "standard_deviation": (share * (1 - share) / len(right)) ** 0.5}


def _scores(examples: Sequence[Example], given: Sequence[str]) -> list[Score]:
    with Referee() as referee:
        return [referee.score(example, answer) for example, answer in zip(examples, given, strict=True)]


def _write_answers(
    file: Path, examples: Sequence[Example], given: dict[str, list[str]], scores: dict[str, list[Score]]
) -> None:
    lines = []
    for index, example in enumerate(examples):
        of_models = {name: {"sql": given[name][index], **asdict(scores[name][index])} for name in given}
        lines.append(json.dumps({"question": example.question, "sql": example.sql, **of_models}))
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
