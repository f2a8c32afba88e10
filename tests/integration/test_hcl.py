"""``cdktf synth --hcl`` writes of every template what plans like the JSON; what it leaves out is known."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.mirror import ProviderSource
from sagemaker_templates.operations.terraform import Terraform
from sagemaker_templates.stacks.synthesis import StackPlan
from sagemaker_templates.templates.registry import all_templates
from site_on_emulator import Site
from terraform_starter import TerraformStarter

ROOT = Path(__file__).parents[2]
CDKTF = ROOT / "tests" / "cdktf_cli" / "node_modules" / ".bin" / "cdktf"
GOLDEN = ROOT / "tests" / "unit" / "golden"
UNFORMATTED = 3  # exit code of `terraform fmt -check`

APP_WITH_WHAT_HAS_NO_CONSTRUCT = """\
import cdktf

app = cdktf.App()
stack = cdktf.TerraformStack(app, "stack")
cdktf.LocalBackend(stack, path="terraform.tfstate")
stack.add_override("ephemeral.aws_secretsmanager_secret_version.token", {"secret_id": "github_token"})
app.synth()
"""

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]

Missing = Callable[[str], NoReturn]
Synthesize = Callable[[str, Path], Path]


@pytest.fixture
def to_hcl(provider: ProviderSource, missing: Missing, tmp_path: Path) -> Synthesize:
    """Return what synthesizes an app to HCL, in a folder; it gives the folder of the stacks."""
    if not CDKTF.exists():
        missing("the CDKTF command line is not installed: npm ci --prefix tests/cdktf_cli")

    def synthesized(app: str, folder: Path) -> Path:
        output = tmp_path / "hcl"
        shutil.copy(ROOT / "cdktf.json", folder)
        _call([CDKTF, "synth", "--hcl", "--app", f"{sys.executable} {app}", "--output", output], folder, provider)
        return output / "stacks"

    return synthesized


def _call(
    command: list[str | Path], folder: Path, provider: ProviderSource, *, fine: int = 0
) -> subprocess.CompletedProcess[str]:
    quiet = {"CHECKPOINT_DISABLE": "1", "DISABLE_VERSION_CHECK": "1", "CI": "1"}
    search = {"PYTHONPATH": str(ROOT / "constructs")}
    called = subprocess.run(
        command,
        cwd=folder,
        env=_without_node_options() | provider.environment() | quiet | search,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert called.returncode == fine, called.stdout[-3000:] + called.stderr[-3000:]
    return called


def _without_node_options() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}


@pytest.fixture
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One environment with every option and a project of each template."""
    folder = tmp_path_factory.mktemp("environments") / "environments"
    shutil.copytree(GOLDEN / "every-option" / "environments", folder)
    for case in (path for path in GOLDEN.iterdir() if (path / "apply").exists()):
        for project in (case / "environments" / "dev" / "projects").glob("*.yaml"):
            shutil.copy(project, folder / "dev" / "projects")
    return folder


def test_the_hcl_of_every_template_plans_what_its_json_plans(
    make_site: Callable[[Path], Site],
    environments: Path,
    to_hcl: Synthesize,
    starter: TerraformStarter,
    provider: ProviderSource,
) -> None:
    site = make_site(environments)
    plans = site.of("dev")
    assert any(plan.deployment for plan in plans)
    assert {plan.project.template for plan in plans if plan.project} == set(all_templates())
    stacks = to_hcl(str(ROOT / "main.py"), site.folder)
    _format(stacks, starter.engine, provider)
    for plan in plans:
        assert not (stacks / plan.name / "cdk.tf.json").exists()
        variables = _variables(site.emulator, plan, provider)
        hcl = starter.start_module(stacks / plan.name, variables, stacks / ".data" / plan.name)
        assert _planned(hcl) == _planned(site.terraform(plan)), plan.name


def _format(stacks: Path, engine: Engine, provider: ProviderSource) -> None:
    """The command line leaves ``"${…}"`` around single references: the page tells to format."""
    check: list[str | Path] = [*engine.command, "fmt", "-check", "-recursive", stacks]
    _call(check, stacks, provider, fine=UNFORMATTED)
    _call([*engine.command, "fmt", "-recursive", stacks], stacks, provider)
    _call(check, stacks, provider)


def _variables(emulator: Emulator, plan: StackPlan, provider: ProviderSource) -> Mapping[str, str]:
    return {**emulator.environment(plan.environment.account_id, plan.environment.region), **provider.environment()}


def _planned(terraform: Terraform) -> dict[str, Any]:
    shown = terraform.show_json(terraform.plan())
    return {key: shown.get(key) for key in ("planned_values", "resource_changes", "output_changes", "prior_state")}


def test_the_command_line_leaves_out_ephemeral_resources(to_hcl: Synthesize, tmp_path: Path) -> None:
    """Upstream is archived. Should a fork write them, the page's section on GitHub can go."""
    app = tmp_path / "app.py"
    app.write_text(APP_WITH_WHAT_HAS_NO_CONSTRUCT)
    stack = to_hcl(str(app), tmp_path) / "stack"
    assert 'backend "local"' in (stack / "cdk.tf").read_text()
    assert "ephemeral" not in (stack / "cdk.tf").read_text()
    assert "ephemeral" in json.loads((stack / "metadata.json").read_text())["//"]["metadata"]["overrides"]["stack"]
