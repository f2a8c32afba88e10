"""Compiles a repository's pipeline for several environments at once: ``compile_variants MODULE IN OUT``.

It runs inside the repository. IN is a JSON object of environments by name; OUT gets the definition of each,
and which scripts it wants where in the bucket.
"""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))

import mlops  # noqa: F401  (prepares the SDK)
from botocore.loaders import JSONFileLoader
from mlops.session import ProjectSession
from mlops.settings import Settings


def parse_each_service_model_once() -> None:
    """Let all sessions of this process share what they read of botocore's data.

    The SDK makes a session for each step, and each parses the same models anew: more than half of a compilation.
    """
    parsed: dict[str, Any] = {}
    read = JSONFileLoader.load_file

    def load_file(self: JSONFileLoader, file_path: str) -> Any:
        if file_path not in parsed:
            parsed[file_path] = read(self, file_path)
        return parsed[file_path]

    JSONFileLoader.load_file = load_file  # type: ignore[method-assign]


def main(module: str, environments: Path, output: Path) -> None:
    """Compile each environment."""
    build = importlib.import_module(module).build_pipeline
    compiled = {}
    # A template's own settings come from the process environment; none may stay from one to the next.
    seen: set[str] = set()
    for name, environment in json.loads(environments.read_text()).items():
        os.environ.update(dict.fromkeys(seen, ""), **environment)
        seen |= environment.keys()
        settings = Settings.from_environment(environment)
        session = ProjectSession(settings)
        definition = build(settings, session).definition()
        code = {
            f"{settings.bucket}/{folder.key(file)}": str(file)
            for folder in session.code_folders
            for file in folder.files()
        }
        compiled[name] = {"definition": definition, "code": code}
    output.write_text(json.dumps(compiled))


if __name__ == "__main__":
    parse_each_service_model_once()
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
