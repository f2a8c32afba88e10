"""Processing job: read the examples, leave out what cannot be used, and split the rest."""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

from examples import DataError, Example, digest, read_all, read_files, write
from failure import report_failure
from referee import Referee
from scoring import canonical, template

TEST_SHARE = 0.2
SMALLEST_TEST_SHARE = 0.1
SMALLEST_DATASET = 20


def main() -> None:
    """Run the job on the folders that SageMaker mounted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--test-limit", type=int, required=True)
    parser.add_argument("--folder", type=Path, default=Path("/opt/ml/processing"))
    options = parser.parse_args()
    with report_failure("message"):
        preprocess(options.folder, options.seed, options.test_limit)


def preprocess(folder: Path, seed: int, test_limit: int) -> None:
    """Read ``input``, write ``train``, ``test`` and ``data``; at most ``test_limit`` examples are tested."""
    files = read_files(folder / "input")
    found = read_all(files)
    with Referee() as referee:
        usable = [example for example in distinct(found) if referee.can_be_scored(example)]
    train, test = split(usable, seed)
    write(train, folder / "train/examples.jsonl")
    write(test[:test_limit], folder / "test/examples.jsonl")
    describe(files, len(found), folder / "data/data.json")
    print(f"examples: {len(found)} read, {len(found) - len(usable)} left out (repeated, or their SQL gives nothing)")
    print(f"examples: {len(train)} train, {min(len(test), test_limit)} test")


def describe(files: Mapping[str, bytes], examples: int, file: Path) -> None:
    """Write what was read, in text: a model package's metadata holds nothing else."""
    described = {"sha256": digest(files), "files": str(len(files)), "examples": str(examples)}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(described, indent=2), encoding="utf-8")


def distinct(examples: list[Example]) -> list[Example]:
    """The examples without those that ask the same question of the same schema again, case and spaces aside.

    A question that is in both parts would be a test of memory.
    """
    return list({(_plain(each.schema), _plain(each.question)): each for each in reversed(examples)}.values())[::-1]


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def split(examples: list[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Train and test examples; the same seed gives the same split.

    Queries that differ in their values only are in one part, all of them: a model that has seen the query and puts
    another value into it has remembered, not understood. (Known as the query split: https://arxiv.org/abs/1806.09029.)
    Where nearly all examples share one such query, examples with equal SQL stay together instead.

    Raises:
        DataError: there are too few examples, or too few different queries.
    """
    if len(examples) < SMALLEST_DATASET:
        raise DataError(f"{len(examples)} usable examples; at least {SMALLEST_DATASET} are needed to split them")
    for what, alike in (("query without its values", template), ("query", canonical)):
        train, test = _split_groups(examples, alike, seed)
        if len(test) >= SMALLEST_TEST_SHARE * len(examples):
            print(f"examples: those with the same {what} are in one part")
            return train, test
    queries = len({canonical(each.sql) for each in examples})
    raise DataError(f"{len(examples)} usable examples with {queries} different queries; no test can be split off")


def _split_groups(
    examples: list[Example], alike: Callable[[str], str], seed: int
) -> tuple[list[Example], list[Example]]:
    groups: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        groups[alike(example.sql)].append(example)
    # A split that can be repeated, not a secret.
    chance = random.Random(seed)  # noqa: S311
    shuffled = list(groups.values())
    chance.shuffle(shuffled)
    train: list[Example] = []
    test: list[Example] = []
    for group in shuffled:
        (test if len(test) + len(group) <= TEST_SHARE * len(examples) else train).extend(group)
    # So that a test that is cut short still asks for many different queries.
    chance.shuffle(train)
    chance.shuffle(test)
    return train, test


if __name__ == "__main__":
    main()
