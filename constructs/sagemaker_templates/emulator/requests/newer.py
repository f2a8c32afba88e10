"""What services ask for by now, where the emulator's botocore says something older.

checkov holds that botocore back. ``make models`` writes the table from the newest one here, that of the seeds.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("newer_models.json")


@cache
def newer(service: str) -> Mapping[str, Mapping[str, Any]]:
    """Return what changed of a service's shapes, by their names.

    Returns:
        Of each shape ``enum``, the values that came to an enumeration, and ``min``, ``max`` and ``pattern`` where
        they are others now, ``None`` for one that is gone.
    """
    table: dict[str, dict[str, dict[str, Any]]] = json.loads(FILE.read_text(encoding="utf-8"))["services"]
    return table.get(service, {})
