"""Terraform in the folder of a plan; the credentials of the target's role are in its environment only."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from deploy.failures import DeployError
from deploy.target import State

PLAN_FILE = "plan.tfplan"
_LOCK_TIMEOUT = "-lock-timeout=5m"
_STALE = "Saved plan is stale"


class StalePlanError(DeployError):
    """The state has changed since the plan was made."""


class Terraform:
    """The commands that the builds need; what Terraform says goes into the build's log."""

    def __init__(self, program: Path, folder: Path, environment: dict[str, str]) -> None:
        self._program = program
        self._folder = folder
        # Providers are kept out of the folder, which becomes an artifact.
        data = folder.absolute().with_name("terraform-data")
        self._environment = {
            **environment,
            "TF_DATA_DIR": str(data),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
        }

    def init(self, state: State | None = None) -> None:
        """Fetch exactly the provider of the lock file, and connect to the state if there is one."""
        self._run(
            "init", "-reconfigure", "-lockfile=readonly", *(self._backend(state) if state else ["-backend=false"])
        )

    @staticmethod
    def _backend(state: State) -> list[str]:
        settings = {
            "bucket": state.bucket,
            "key": state.key,
            "region": state.region,
            "encrypt": "true",
            "use_lockfile": "true",
            **({"kms_key_id": state.kms_key_id} if state.kms_key_id else {}),
        }
        return [f"-backend-config={name}={value}" for name, value in settings.items()]

    def plan(self) -> str:
        """Write the plan file; returns the plan as a person reads it."""
        return self._run("plan", _LOCK_TIMEOUT, f"-out={PLAN_FILE}")

    def show(self) -> tuple[dict[str, Any], str]:
        """The plan as data, and as a person reads it; side by side, for most of each is the start of the provider."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            text = pool.submit(self._run, "show", PLAN_FILE, quiet=True)
            data: dict[str, Any] = json.loads(self._run("show", "-json", PLAN_FILE, quiet=True))
            return data, text.result()

    def apply(self) -> None:
        """Apply the plan file, and nothing else.

        Raises:
            StalePlanError: something else was applied since the plan was made.
            DeployError: it failed, perhaps halfway.
        """
        self._run("apply", _LOCK_TIMEOUT, PLAN_FILE)

    def _run(self, name: str, *arguments: str, quiet: bool = False) -> str:
        with subprocess.Popen(
            [str(self._program), name, "-no-color", *arguments],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if quiet else subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        ) as process:
            output = _quietly(process) if quiet else _aloud(process)
        if process.returncode:
            if _STALE in output:
                raise StalePlanError("something else was applied since this plan was made")
            raise DeployError(f"terraform {name} failed{f': {output}' if quiet else ''}")
        return output


def _quietly(process: subprocess.Popen[str]) -> str:
    output, complaint = process.communicate()
    return complaint if process.returncode else output


def _aloud(process: subprocess.Popen[str]) -> str:
    lines: list[str] = []
    for line in process.stdout or ():
        lines.append(line)
        print(line, end="", flush=True)
    process.wait()
    return "".join(lines)
