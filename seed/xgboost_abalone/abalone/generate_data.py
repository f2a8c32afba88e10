"""Generated rows that look like the abalone data set, so that the pipeline runs before real data is there.

    python -m abalone.generate_data abalone.csv        write a file
    python -m abalone.generate_data --upload           put it where the pipeline looks, if nothing is there

The rows are invented: sizes grow with age, weights with the cube of the size, and the shell keeps growing.
A model trained on them says nothing about real abalones.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import boto3
from botocore.exceptions import ClientError
from mlops.settings import Settings, SettingsError

DATA_KEY = "data/abalone.csv"
ROWS = 4000
SEED = 7


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m abalone.generate_data", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="where to write the rows")
    parser.add_argument(
        "--upload", action="store_true", help=f"put them at {DATA_KEY} of the project's bucket"
    )
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    if (options.file is None) == (not options.upload):
        parser.error("say either a file or --upload")
    text = "".join(f"{line}\n" for line in generate(options.rows, options.seed))
    if options.upload:
        return _upload(text)
    options.file.write_text(text, encoding="utf-8")
    return 0


def generate(rows: int = ROWS, seed: int = SEED) -> Iterator[str]:
    """CSV lines in the data set's order: sex, seven measurements, rings. No header, as in the original."""
    # A data generator, not a secret: the same seed must give the same rows everywhere.
    chance = random.Random(seed)  # noqa: S311
    for _ in range(rows):
        yield _row(chance)


def _row(chance: random.Random) -> str:
    age = min(29, max(1, round(chance.lognormvariate(2.2, 0.33))))
    sex = "I" if chance.random() < 1.6 / (1 + 0.17 * age) - 0.35 else chance.choice("MF")
    size = 1 - 0.93 * 2.718 ** (-0.17 * age)
    length = min(0.82, max(0.07, 0.70 * size * chance.gauss(1, 0.07)))
    diameter = length * chance.gauss(0.80, 0.02)
    height = length * chance.gauss(0.27, 0.02) + 0.0015 * age
    whole = 6.2 * length**3 * chance.gauss(1, 0.07) * (1 + 0.005 * age)
    shucked = whole * chance.gauss(0.46, 0.03) * (1 - 0.009 * age)
    viscera = whole * chance.gauss(0.22, 0.02)
    shell = whole * chance.gauss(0.22, 0.015) * (1 + 0.025 * age)
    measurements = (length, diameter, height, whole, shucked, viscera, shell)
    return ",".join([sex, *(f"{value:.4f}" for value in measurements), str(age)])


def _upload(text: str) -> int:
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    location = settings.uri(DATA_KEY)
    if _put_unless_there(settings, text):
        print(f"generated rows are now at {location}; put your own there when you have them")
    else:
        print(f"{location} holds data already; it stays as it is")
    return 0


def _put_unless_there(settings: Settings, text: str) -> bool:
    encryption = (
        {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": settings.kms_key} if settings.kms_key else {}
    )
    try:
        # One conditional request instead of a look and a write: nobody's upload in between is overwritten.
        boto3.client("s3", region_name=settings.region).put_object(
            Bucket=settings.bucket,
            Key=DATA_KEY,
            Body=text.encode(),
            ContentType="text/csv",
            Metadata={"origin": "generated"},
            IfNoneMatch="*",
            **encryption,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
