"""What a build hands to the pipeline: variables of its shell."""

import shlex
from collections.abc import Mapping
from pathlib import Path


def write_exports(file: Path, variables: Mapping[str, str]) -> None:
    """Write what the buildspec reads with ``.``: a build exports variables from its shell only."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
