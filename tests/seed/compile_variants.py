"""Compiles a repository's pipeline for several environments at once: ``compile_variants MODULE IN OUT``.

It runs inside the repository. IN is a JSON object of environments by name; OUT gets the definition of each,
and which scripts it wants where in the bucket.
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

import mlops  # noqa: F401  (prepares the SDK)
from mlops.local.compilation import compiled, parse_each_service_model_once
from mlops.settings import Settings


def main(module: str, environments: Path, output: Path) -> None:
    """Compile each environment."""
    written = {}
    # A template's own settings come from the process environment; none may stay from one to the next.
    seen: set[str] = set()
    for name, environment in json.loads(environments.read_text()).items():
        os.environ.update(dict.fromkeys(seen, ""), **environment)
        seen |= environment.keys()
        each = compiled(module, Settings.from_environment(environment))
        code = {location: str(file) for location, file in each.code.items()}
        written[name] = {"definition": each.text, "code": code}
    output.write_text(json.dumps(written))


if __name__ == "__main__":
    parse_each_service_model_once()
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
