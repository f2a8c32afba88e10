"""What one run of the command leaves for the next, in the output's folder."""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from mlops.local.definition import Json
from mlops.local.execution import Execution

_FILE = ".execution.json"


class ForeignFolderError(Exception):
    """The folder is not the command's; the message is one line."""


@dataclass
class State:
    """An execution in the making.

    Attributes:
        output: the folder; steps' files lie in it, in ``s3/``, ``jobs/`` and ``registry/``.
        given: parameters that are not the pipeline's defaults.
        products: names of files that the report has put there.
    """

    output: Path
    execution: Execution | None = None
    given: Json = field(default_factory=dict)
    products: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, output: Path) -> Self:
        """What the last run left; nothing, where there was none.

        Raises:
            ForeignFolderError: the folder is not empty, and no run has made it: what is in it is not to be lost.
        """
        file = output / _FILE
        raw = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
        if raw is None and output.exists() and (not output.is_dir() or any(output.iterdir())):
            raise ForeignFolderError(f"{output} holds something else: name another folder with --output")
        if not raw:
            return cls(output)
        return cls(output, Execution.read(raw["execution"]), raw["given"], raw["products"])

    def save(self) -> None:
        """Keep it for the next run."""
        if self.execution is None:
            return
        raw = {"execution": self.execution.written(), "given": self.given, "products": self.products}
        (self.output / _FILE).write_text(json.dumps(raw, indent=2), encoding="utf-8")

    def start_over(self, folders: Iterable[str]) -> None:
        """Remove what the last execution left, in these folders and beside them."""
        self.output.mkdir(parents=True, exist_ok=True)
        (self.output / _FILE).write_text("{}", encoding="utf-8")
        # Wherever the folder is: nothing of it is committed.
        (self.output / ".gitignore").write_text("*\n", encoding="utf-8")
        self.forget_products()
        self.execution, self.given = None, {}
        for name in folders:
            shutil.rmtree(self.output / name, ignore_errors=True)

    def forget_products(self) -> None:
        """Remove what the report has put there: it may be there no more."""
        for name in self.products:
            (self.output / name).unlink(missing_ok=True)
        self.products = []
