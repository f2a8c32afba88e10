"""How many checks passed, stack by stack, as it was recorded: fewer means that something is no longer looked at."""

import json
from collections.abc import Mapping
from pathlib import Path

from sagemaker_templates.failures import WrongInput
from sagemaker_templates.whole_file import write_whole
from sagemaker_templates.wording import counted


def falls(recorded: Mapping[str, int], passed: Mapping[str, int]) -> list[str]:
    """A line for each stack in which fewer checks passed than were recorded; a stack that is gone is none."""
    return [
        f"{stack}: {counted(passed[stack], 'check')} passed, recorded: {number}"
        for stack, number in sorted(recorded.items())
        if stack in passed and passed[stack] < number
    ]


def read(file: Path) -> Mapping[str, int]:
    """Read a record.

    Raises:
        WrongInput: it is none.
    """
    try:
        recorded = json.loads(file.read_text(encoding="utf-8"))
        return {str(stack): int(number) for stack, number in recorded.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise WrongInput(f"{file}: no record of passed checks ({error})") from error


def write(file: Path, passed: Mapping[str, int]) -> None:
    """Write a record."""
    write_whole(file, json.dumps(dict(passed), indent=2) + "\n")
