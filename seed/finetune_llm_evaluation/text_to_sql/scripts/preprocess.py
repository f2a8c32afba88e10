"""Processing job: read the examples, leave out what cannot be used, and split the rest."""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from examples import DataError, Example, read_folder, write
from failure import report_failure
from scoring import can_be_scored

TEST_SHARE = 0.2
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
    """Read ``input``, write ``train`` and ``test``; at most ``test_limit`` examples are tested."""
    found = read_folder(folder / "input")
    usable = [example for example in distinct(found) if can_be_scored(example)]
    train, test = split(usable, seed)
    write(train, folder / "train/examples.jsonl")
    write(test[:test_limit], folder / "test/examples.jsonl")
    print(f"examples: {len(found)} read, {len(found) - len(usable)} left out (repeated, or their SQL gives nothing)")
    print(f"examples: {len(train)} train, {min(len(test), test_limit)} test")


def distinct(examples: list[Example]) -> list[Example]:
    """The examples without those that ask the same question of the same schema again.

    A question that is in both parts would be a test of memory.
    """
    return list({(each.schema, each.question): each for each in reversed(examples)}.values())[::-1]


def split(examples: list[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Train and test examples; the same seed gives the same split.

    Raises:
        DataError: there are too few.
    """
    if len(examples) < SMALLEST_DATASET:
        raise DataError(f"{len(examples)} usable examples; at least {SMALLEST_DATASET} are needed to split them")
    shuffled = list(examples)
    # A split that can be repeated, not a secret.
    random.Random(seed).shuffle(shuffled)  # noqa: S311
    test = int(len(shuffled) * TEST_SHARE)
    return shuffled[test:], shuffled[:test]


if __name__ == "__main__":
    main()
