"""The runner gives Terraform a clean environment, reads its exit codes, and says in few words what went wrong."""

import json
import sys
from pathlib import Path

import pytest
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.terraform import ProviderUnavailableError, Terraform, TerraformError

# Keeps its arguments and its environment, says what it is told to, and ends as it is told to.
_FAKE = """
import json, os, pathlib, sys
folder = pathlib.Path(os.environ["FAKE"])
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps({"arguments": sys.argv[1:], "environment": dict(os.environ)}) + "\\n")
sys.stdout.write((folder / "stdout").read_text() if (folder / "stdout").exists() else "")
sys.stderr.write((folder / "stderr").read_text() if (folder / "stderr").exists() else "")
sys.exit(int((folder / "code").read_text()) if (folder / "code").exists() else 0)
"""


# Says one line, waits for its end to be asked for, and takes note of how often it is.
_PATIENT = """
import os, pathlib, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
print("working", flush=True)
signal.sigwait({signal.SIGTERM})
print("x" * 100_000, flush=True)
times = "twice" if signal.SIGTERM in signal.sigpending() else "once"
(pathlib.Path(os.environ["FAKE"]) / "ended").write_text(times)
"""


class Fake:
    """A Terraform that does as it is told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []
        (folder / "fake.py").write_text(_FAKE)
        (folder / "stack").mkdir()
        engine = Engine("Terraform", (sys.executable, str(folder / "fake.py")), "1.11.4")
        environment = {"FAKE": str(folder), "AWS_ACCESS_KEY_ID": "111111111111"}
        self.runner = Terraform(engine, folder / "stack", environment, folder / "data", self.lines.append)

    def will(self, code: int = 0, stdout: str = "", stderr: str = "") -> None:
        (self.folder / "code").write_text(str(code))
        (self.folder / "stdout").write_text(stdout)
        (self.folder / "stderr").write_text(stderr)

    def call(self) -> dict[str, dict[str, str]]:
        last = (self.folder / "calls").read_text().splitlines()[-1]
        parsed: dict[str, dict[str, str]] = json.loads(last)
        return parsed


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("TF_CLI_ARGS_plan", "-destroy")
    monkeypatch.setenv("TF_WORKSPACE", "other")
    return Fake(tmp_path)


def test_terraform_sees_only_the_credentials_that_it_is_given(fake: Fake) -> None:
    fake.runner.init()
    environment = fake.call()["environment"]
    assert environment["AWS_ACCESS_KEY_ID"] == "111111111111"
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "TF_CLI_ARGS_plan", "TF_WORKSPACE"} & set(environment)


def test_terraform_is_quiet_and_writes_outside_the_stack(fake: Fake) -> None:
    fake.runner.init()
    environment = fake.call()["environment"]
    assert environment["CHECKPOINT_DISABLE"] == "1"
    assert environment["TF_IN_AUTOMATION"] == "1"
    assert environment["TF_DATA_DIR"] == str(fake.folder / "data")


@pytest.mark.parametrize(("code", "changes"), [(0, False), (2, True)])
def test_a_plan_tells_whether_anything_would_change(fake: Fake, code: int, changes: bool) -> None:
    fake.will(code=code, stdout="the plan\n")
    plan = fake.runner.plan("-refresh=false")
    assert (plan.has_changes, plan.text) == (changes, "the plan\n")
    arguments = fake.call()["arguments"]
    assert {"-input=false", "-no-color", "-detailed-exitcode", "-refresh=false", f"-out={plan.file}"} <= {*arguments}


def test_what_is_applied_is_the_plan_that_was_made(fake: Fake) -> None:
    plan = fake.runner.plan()
    fake.runner.apply(plan)
    assert list(fake.call()["arguments"])[-1] == str(plan.file)
    assert "-auto-approve" not in fake.call()["arguments"]


def test_progress_is_told_line_by_line(fake: Fake) -> None:
    fake.will(stdout="one: Creating...\n\none: Creation complete\n")
    fake.runner.apply()
    assert fake.lines == ["one: Creating...", "one: Creation complete"]


def test_outputs_are_values_by_name(fake: Fake) -> None:
    fake.will(stdout='{"bucket": {"value": "b", "type": "string", "sensitive": false}}')
    assert fake.runner.output() == {"bucket": "b"}
    assert fake.lines == []


def test_a_failure_holds_terraforms_own_errors(fake: Fake) -> None:
    fake.will(code=1, stderr="╷\n│ Error: No such bucket\n│\n│ It is gone.\n╵\n")
    with pytest.raises(TerraformError) as error:
        fake.runner.destroy()
    assert error.value.diagnostics == ("No such bucket\nIt is gone.",)
    assert "destroy" in str(error.value)


def test_a_failure_without_an_error_shows_the_last_lines(fake: Fake) -> None:
    fake.will(code=3, stderr="panic: oh\nmore\n")
    with pytest.raises(TerraformError, match="panic: oh"):
        fake.runner.validate()


def test_a_provider_that_cannot_be_had_is_one_clear_line(fake: Fake) -> None:
    fake.will(code=1, stderr="Error: Failed to query available provider packages\n\nCould not connect\n" * 9)
    with pytest.raises(ProviderUnavailableError) as error:
        fake.runner.init()
    assert "\n" not in str(error.value)
    assert "SAGEMAKER_TEMPLATES_PROVIDER_MIRROR" in str(error.value)


def test_a_missing_provider_of_github_is_not_called_awss_and_the_stack_is_named(fake: Fake) -> None:
    told = "Could not retrieve the list of available versions for provider\nintegrations/github: no such host\n"
    fake.will(code=1, stderr=f"Error: Failed to query available provider packages\n\n{told}")
    with pytest.raises(ProviderUnavailableError) as error:
        fake.runner.init()
    assert str(error.value) == (
        "stack needs the provider integrations/github, found neither in a mirror nor on the network: "
        "set SAGEMAKER_TEMPLATES_PROVIDER_MIRROR to a folder that holds registry.terraform.io/hashicorp/aws "
        "and registry.terraform.io/integrations/github"
    )


def test_when_this_process_is_interrupted_terraform_is_asked_once_to_end_and_does_so_in_peace(fake: Fake) -> None:
    (fake.folder / "fake.py").write_text(_PATIENT)

    def interrupt(_line: str) -> None:
        raise KeyboardInterrupt

    engine = Engine("Terraform", (sys.executable, str(fake.folder / "fake.py")), "1.11.4")
    runner = Terraform(engine, fake.folder, {"FAKE": str(fake.folder)}, fake.folder / "data", interrupt)
    with pytest.raises(KeyboardInterrupt):
        runner.apply()
    assert (fake.folder / "ended").read_text() == "once"
