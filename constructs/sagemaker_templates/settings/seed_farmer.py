"""Recognizes manifests of Seed-Farmer, which people have beside this folder and try in it.

Their form: https://seed-farmer.readthedocs.io/en/latest/manifests.html
"""

import re
from pathlib import Path

from sagemaker_templates.settings.document import LARGEST_FILE

_ADVICE = (
    "it is not read; move it out of here, and `sagemaker-templates convert MANIFEST` makes files of its modules "
    "(docs/converting.md)"
)
_OF_MODULES = ("name", "path", "parameters")
_OF_DEPLOYMENTS = ("groups", "targetAccountMappings")


def described(file: Path) -> str | None:
    """What a file is, and what to write instead, if it is a manifest of modules or of a deployment."""
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            text = opened.read(LARGEST_FILE)
    except OSError:
        return None
    keys = set(re.findall(r"^([A-Za-z]+):", text, re.MULTILINE))
    if keys.issuperset(_OF_MODULES):
        return f"is a manifest of Seed-Farmer's modules; {_ADVICE}"
    if keys.issuperset(_OF_DEPLOYMENTS):
        return f"is a manifest of a Seed-Farmer deployment; {_ADVICE}"
    return None
