"""A seed as a data scientist gets it: the assembled repository in a folder, and what one does in it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlops.local.compilation import Compiled
from sagemaker_templates.seeds import assemble, seed_folder

_COMPILER = Path(__file__).parent / "compile_variants.py"
# A process behind this has no network at all, not even loopback.
_OFFLINE = ("unshare", "-rn")


@dataclass(frozen=True)
class SeedRepository:
    """The assembled repository."""

    root: Path

    @classmethod
    def assemble(cls, seed: str, root: Path) -> "SeedRepository":
        """Write the repository of a seed into an empty folder."""
        for path, content in assemble(seed_folder(seed)).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        return cls(root)

    def compile(self, module: str, environments: Mapping[str, Mapping[str, str]]) -> dict[str, Compiled]:
        """Compile the pipeline for each environment, with neither network nor credentials."""
        given, output = self.root.parent / "environments.json", self.root.parent / "compiled.json"
        given.write_text(json.dumps(environments), encoding="utf-8")
        self.python([str(_COMPILER), module, str(given), str(output)], offline=True)
        compiled = json.loads(output.read_text(encoding="utf-8"))
        return {
            name: Compiled(each["definition"], {location: Path(file) for location, file in each["code"].items()})
            for name, each in compiled.items()
        }

    def python(self, arguments: Sequence[str], *, offline: bool, environment: Mapping[str, str] | None = None) -> str:
        """Run Python in the repository; returns what it printed, and fails with it."""
        return self.run([sys.executable, *arguments], offline=offline, environment=environment)

    def run(self, command: Sequence[str], *, offline: bool, environment: Mapping[str, str] | None = None) -> str:
        """Run a command in the repository; returns what it printed, and fails with it."""
        ended = subprocess.run(
            [*(_OFFLINE if offline else ()), *command],
            cwd=self.root,
            env=clean_environment(environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stdout}"
        return ended.stdout


def clean_environment(given: Mapping[str, str]) -> dict[str, str]:
    """A process environment without anything of the caller's: no credentials, no configuration, no home."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "HOME": "/nonexistent",
        "OMP_NUM_THREADS": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        **given,
    }
