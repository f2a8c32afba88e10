"""A model served as SageMaker's XGBoost container serves it, by the package that it serves with.

That package and what it needs have an environment of their own (``tests/xgboost_container``).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlops.local.sandbox import Sandbox
from mlops.local.serving import Answer, Request

_FOLDER = Path(__file__).parents[1] / "xgboost_container"
PYTHON = _FOLDER / ".venv/bin/python"
_SERVER = _FOLDER / "serve.py"


@dataclass(frozen=True)
class XGBoostContainer:
    """A container: its model lies unpacked in the folder ``model`` of the sandbox's job.

    Attributes:
        environment: as the model package names it.
        isolated: whether it is cut off from the network.
    """

    sandbox: Sandbox
    job: str
    environment: Mapping[str, str]
    isolated: bool = True

    def answers(self, requests: Sequence[Request]) -> list[Answer]:
        """Start, load the model, and answer each request.

        Raises:
            JobFailedError: the model cannot be loaded.
        """
        assert PYTHON.exists(), f"make {PYTHON.parents[1].relative_to(_FOLDER.parents[1])}/.installed"
        lines = [json.dumps({"body": each.body, "headers": dict(each.headers)}) for each in requests]
        printed = self.sandbox.run(
            self.job,
            [str(PYTHON), str(_SERVER)],
            isolated=self.isolated,
            environment=self.environment,
            stdin="".join(f"{line}\n" for line in lines).encode(),
        )
        return [Answer(**json.loads(line)) for line in printed.decode().splitlines()]
