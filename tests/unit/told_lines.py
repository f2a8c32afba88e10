"""What a user reads for files under ``environments/``."""

from collections.abc import Mapping
from pathlib import Path

from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.settings import InvalidSettings


def told_lines(files: Mapping[str, str]) -> list[str]:
    """Write the files below ``environments/`` of the current folder, and load that; nothing is told if all is right.

    Args:
        files: text by name; the lines name files in the same way.
    """
    for name, text in files.items():
        file = Path("environments") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    try:
        load_configuration(Path("environments"))
    except InvalidSettings as invalid:
        return [str(problem).removeprefix("environments/") for problem in invalid.problems]
    return []
