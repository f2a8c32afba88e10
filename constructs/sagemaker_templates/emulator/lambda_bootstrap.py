"""Runs one handler in a process of its own; started by path, so it imports nothing of this package.

Arguments: the work folder (holding code/, event.json and context.json) and the handler's name.
"""

import importlib
import json
import sys
import time
import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def main(folder: Path, handler_name: str) -> None:
    """Call the handler and leave its result, or its error, in the work folder."""
    sys.path[0] = str(folder / "code")
    try:
        module_name, _, function_name = handler_name.rpartition(".")
        handler = getattr(importlib.import_module(module_name.replace("/", ".")), function_name)
        result = handler(json.loads((folder / "event.json").read_text()), _context(folder))
        text = json.dumps(result)
    except Exception as error:  # Lambda reports any exception of the handler
        (folder / "failed").touch()
        text = json.dumps(_description(error))
        traceback.print_exc()
    (folder / "result.json").write_text(text)


def _context(folder: Path) -> SimpleNamespace:
    values = json.loads((folder / "context.json").read_text())
    end = time.monotonic() + values.pop("timeout")

    def remaining() -> int:
        return max(0, int((end - time.monotonic()) * 1000))

    return SimpleNamespace(**values, get_remaining_time_in_millis=remaining)


def _description(error: Exception) -> dict[str, Any]:
    frames = traceback.format_tb(error.__traceback__)
    return {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": frames}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
