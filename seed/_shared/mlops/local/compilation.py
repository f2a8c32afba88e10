"""A pipeline compiled as the build does it: nothing is asked of AWS."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader

from mlops.local.definition import Definition
from mlops.local.store import Store
from mlops.session import ProjectSession
from mlops.settings import Settings


@dataclass(frozen=True)
class Compiled:
    """A compiled pipeline, and the scripts that it expects in the bucket, by their location."""

    text: str
    code: Mapping[str, Path]

    @property
    def definition(self) -> Definition:
        """The definition, read."""
        return Definition.read(self.text)

    def upload(self, store: Store) -> None:
        """Put the scripts where the definition looks for them."""
        for location, file in self.code.items():
            store.keep(file, location)


def compiled(module: str, settings: Settings) -> Compiled:
    """Compile the pipeline of a module that has ``build_pipeline``.

    Raises:
        SettingsError: the settings do not fit.
    """
    session = ProjectSession(settings)
    definition: str = importlib.import_module(module).build_pipeline(settings, session).definition()
    code = {
        settings.uri(folder.key(file)): file.resolve() for folder in session.code_folders for file in folder.files()
    }
    return Compiled(definition, code)


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

    setattr(JSONFileLoader, "load_file", load_file)  # noqa: B010 - an assignment is an error for a type checker
