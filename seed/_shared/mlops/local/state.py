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
        """What the last run left; nothing, where there was none."""
        file = output / _FILE
        if not file.is_file():
            return cls(output)
        raw = json.loads(file.read_text(encoding="utf-8"))
        return cls(output, Execution.read(raw["execution"]), raw["given"], raw["products"])

    def save(self) -> None:
        """Keep it for the next run."""
        if self.execution is None:
            return
        raw = {"execution": self.execution.written(), "given": self.given, "products": self.products}
        (self.output / _FILE).write_text(json.dumps(raw, indent=2), encoding="utf-8")

    def start_over(self, folders: Iterable[str]) -> None:
        """Remove what the last execution left, in these folders and beside them."""
        (self.output / _FILE).unlink(missing_ok=True)
        self.forget_products()
        self.execution, self.given = None, {}
        for name in folders:
            shutil.rmtree(self.output / name, ignore_errors=True)

    def forget_products(self) -> None:
        """Remove what the report has put there: it may be there no more."""
        for name in self.products:
            (self.output / name).unlink(missing_ok=True)
        self.products = []
