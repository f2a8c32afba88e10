"""An apply that is interrupted locks nobody out: what ``plan`` prints leads on, run as it is written."""

import os
import random
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.kept_provider import ProviderInstallations
from sagemaker_templates.operations.mirror import ProviderSource
from site_on_emulator import Site, shipped_with_one_project
from terraform_starter import TerraformStarter

ROOT = Path(__file__).parents[2]
STACK = "dev-abalone"
SEED_VARIABLE = "INTERRUPT_SEED"
LATEST_MOMENT = 8
"""Creations that are seen before an interruption, at most: some must still be under way."""
ROUNDS = 6
"""Plans until nothing is left to be mended: each finds what the one before could not get to."""

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


@dataclass(frozen=True)
class Interruption:
    """A signal that Terraform gets when so many resources are created."""

    signal: signal.Signals
    creations: int


@pytest.fixture
def interruptions() -> list[Interruption]:
    """Ctrl-C and a kill, in an order and at moments that are drawn: others with each seed that is given."""
    seed = os.environ.get(SEED_VARIABLE, "1")
    draw = random.Random(seed)  # noqa: S311 - no secret
    signals = draw.sample([signal.SIGINT, signal.SIGKILL], 2)
    drawn = [Interruption(one, draw.randint(1, LATEST_MOMENT)) for one in signals]
    print(f"{SEED_VARIABLE}={seed}:", ", then ".join(f"{one.signal.name} after {one.creations}" for one in drawn))
    return drawn


@pytest.fixture
def site(make_site: Callable[[Path], Site], tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The shipped first environment with one project: a state in S3, a network, five protected resources."""
    return make_site(shipped_with_one_project(tmp_path_factory.mktemp("environments")))


@dataclass(frozen=True)
class Shell:
    """A person's shell where the synthesis lies, with one provider process for the stack's commands."""

    folder: Path
    engine: Engine
    variables: dict[str, str]

    def terraform(self, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of Terraform in the stack's folder."""
        return self.run(shlex.join(["terraform", f"-chdir=cdktf.out/stacks/{STACK}", *arguments]), said)

    def run(self, command: str, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run a line as it is written; ``said`` is what is typed when it asks."""
        return subprocess.run(
            self._as_installed(command),
            cwd=self.folder,
            env=self.variables,
            input=said,
            capture_output=True,
            text=True,
            check=False,
        )

    def plan(self) -> str:
        """Run ``sagemaker-templates plan`` for the project and return what it says."""
        command = [sys.executable, "-m", "sagemaker_templates.cli", "plan", "dev/abalone", "--markdown", "plan.md"]
        return self.run(shlex.join(command)).stdout

    def interrupted_apply(self, interruption: Interruption) -> None:
        """Apply, and interrupt it."""
        words = self._as_installed(f"terraform -chdir=cdktf.out/stacks/{STACK} apply -auto-approve -no-color")
        with subprocess.Popen(
            words,
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as apply:
            assert apply.stdout is not None
            created = 0
            for line in apply.stdout:
                if "Creation complete" in line:
                    created += 1
                    if created == interruption.creations:
                        apply.send_signal(interruption.signal)
        assert created >= interruption.creations, "the apply failed before it could be interrupted"
        assert apply.returncode != 0

    def _as_installed(self, command: str) -> list[str]:
        words = shlex.split(command)
        return [*self.engine.command, *words[1:]] if words[0] == "terraform" else words


@pytest.fixture
def shell(
    site: Site,
    starter: TerraformStarter,
    installations: ProviderInstallations,
    terraform_engine: Engine,
    provider: ProviderSource,
) -> Shell:
    """The stack's shell, after what the project needs is applied."""
    foundation, stack = site.of("dev")
    site.terraform(foundation).apply()
    aws = site.emulator.environment(stack.environment.account_id, stack.environment.region)
    folder = site.folder / "cdktf.out" / "stacks" / STACK
    kept = starter.running.enter_context(installations.kept(folder, {**aws, **provider.environment()}))
    quiet = {"CHECKPOINT_DISABLE": "1", "PYTHONPATH": str(ROOT / "constructs"), "HOME": str(site.folder)}
    made = Shell(site.folder, terraform_engine, {"PATH": os.environ["PATH"], **quiet, **kept})
    assert made.terraform("init").returncode == 0
    return made


def _printed_commands(said: str) -> list[str]:
    return re.findall(rf"^    (terraform -chdir=cdktf\.out/stacks/{STACK} .*)$", said, re.MULTILINE)


def _follow(shell: Shell) -> list[str]:
    """Plan and run what is printed, until nothing is; return the subcommands that were run."""
    done: list[str] = []
    for _ in range(ROUNDS):
        said = shell.plan()
        commands = _printed_commands(said)
        if not commands:
            assert "could not be planned" not in said, said
            return done
        markdown = (shell.folder / "plan.md").read_text().splitlines()
        for command in commands:
            assert command in markdown, "a pull request shows the same"
            run = shell.run(command, said="yes\n")
            assert run.returncode == 0, f"{command}\n{run.stdout}{run.stderr}"
            done.append(shlex.split(command)[2])
    pytest.fail(f"after {ROUNDS} plans there are still commands to run:\n{said}")


def _assert_whole(site: Site, shell: Shell) -> None:
    applied = shell.terraform("apply", "-auto-approve", "-no-color")
    assert applied.returncode == 0, applied.stderr
    again = shell.terraform("plan", "-detailed-exitcode", "-no-color")
    assert again.returncode == 0, again.stdout + again.stderr
    _unprotect(site)
    assert shell.terraform("apply", "-auto-approve", "-no-color").returncode == 0
    destroyed = shell.terraform("destroy", "-auto-approve", "-no-color")
    assert destroyed.returncode == 0, destroyed.stderr
    assert shell.terraform("state", "list").stdout == ""


def _unprotect(site: Site) -> None:
    file = site.folder / "environments" / "dev" / "environment.yaml"
    file.write_text(file.read_text() + "\nprotect-data: false\n")
    site.synthesize()


def test_what_plan_prints_leads_on_after_ctrl_c_and_after_a_kill(
    site: Site, shell: Shell, interruptions: list[Interruption]
) -> None:
    for interruption in interruptions:
        shell.interrupted_apply(interruption)
        commands = _follow(shell)
        print(interruption.signal.name, commands)
        # Ctrl-C frees the lock; a kill never does.
        assert ("force-unlock" in commands) is (interruption.signal is signal.SIGKILL)
    _assert_whole(site, shell)
