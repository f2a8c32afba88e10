"""``python -m mlops.local``: a data scientist runs the whole pipeline, or a step of it, with no AWS."""

import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from build_variables import PLAIN, SCORING, VARIANTS
from hf_variables import HF_PLAIN
from importing import MODEL_ID, TOKEN
from installed_container import xgboost_container
from local_command import LocalCommand, local_command
from loopback_hub import HubModel, LoopbackHub
from mlops.local import __main__ as command
from mlops.local.compilation import Compiled
from mlops.local.execution import Execution, Left
from mlops.local.progress import Progress
from mlops.local.sandbox import JobFailedError, Sandbox, UnfitFolderError, namespaces_allowed
from mlops.local.serving import PackedCode, Request
from mlops.local.steps import Steps
from seed_repository import SeedRepository, clean_environment
from tiny_llama import model_files
from training import Training

COMMIT = "1" * 40
QUICK = ("--parameter", "NumRound=60")
PLAIN_PROCESSES = "steps run as plain processes: whether they work without a network"
ROWS = "F,0.5612,0.4421,0.1691,1.1012,0.4723,0.2383,0.2890\nM,0.4124,0.3202,0.1197,0.4565,0.2105,0.0894,0.1026"


def contents(archive: Path) -> dict[str, bytes]:
    """The files of a model's archive."""
    with tarfile.open(archive) as packed:
        files = {member.name: packed.extractfile(member) for member in packed.getmembers() if member.isfile()}
        return {name: file.read() for name, file in files.items() if file is not None}


def readme_commands(repository: SeedRepository) -> list[str]:
    """The commands of the page that run the pipeline on one's own machine, and ask the model."""
    readme = (repository.root / "README.md").read_text(encoding="utf-8")
    return re.findall(r"(?m)^    (python -m mlops\.local.*)$", readme)


@pytest.fixture(scope="module")
def ran(repository: SeedRepository, tmp_path_factory: pytest.TempPathFactory) -> tuple[SeedRepository, str]:
    """A repository in which a person has typed what its page says, and what they saw."""
    own = SeedRepository(tmp_path_factory.mktemp("person") / "repository")
    shutil.copytree(repository.root, own.root)
    return own, own.run(["bash", "-ec", "\n".join(readme_commands(own))], offline=True)


def test_what_the_page_says_runs_the_pipeline_with_no_network_and_no_credentials(
    ran: tuple[SeedRepository, str],
) -> None:
    """Figures, decision and places are told, and the model answers the example request."""
    repository, told = ran
    figures = json.loads((repository.root / "local/evaluation.json").read_text())["regression_metrics"]

    assert f"GoodEnough: regression_metrics.mse.value {figures['mse']['value']} <= MseThreshold 6.0: yes" in told
    assert f"regression_metrics: mse {figures['mse']['value']:.6g}, rmse " in told
    for name in ("evaluation.json", "data.json", "model.tar.gz", "registered.json", "request.csv"):
        assert re.search(rf"(?m)^  {re.escape(name)}  ", told)
        assert (repository.root / "local" / name).is_file()
    answers = [float(line) for line in told.splitlines()[-3:]]
    assert all(1 < rings < 30 for rings in answers)


def test_anywhere_but_on_a_terminal_progress_is_plain_lines(ran: tuple[SeedRepository, str]) -> None:
    _, told = ran

    steps = ["Preprocess", "Train", "Evaluate", "GoodEnough", "Register"]
    assert re.findall(r"(?m)^(\w+): started$", told) == ["Compile", *steps]
    assert re.findall(r"(?m)^(\w+): done in \d+\.\d s$", told) == ["Compile", *steps]
    assert "\r" not in told
    assert "\x1b" not in told


def test_what_a_run_leaves_is_not_committed(ran: tuple[SeedRepository, str]) -> None:
    repository, _ = ran

    assert "/local/\n" in (repository.root / ".gitignore").read_text(encoding="utf-8")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_step_has_one_line_which_is_rewritten_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()

    with Progress(terminal).around("Train"):
        during = terminal.getvalue()

    assert during == "Train ..."
    assert re.fullmatch(r"Train \.\.\.\r\x1b\[KTrain: done in 0\.\d s\n", terminal.getvalue())


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    terminal = Terminal()

    with Progress(terminal).around("Train"):
        pass

    assert terminal.getvalue().startswith("Train: started\nTrain: done in ")


@pytest.fixture
def abalone(
    repository: SeedRepository,
    compiled: dict[str, Compiled],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> LocalCommand:
    """The command in the repository that trains; its jobs are isolated from the network."""
    return local_command(
        repository, VARIANTS["isolated"], compiled["isolated"], monkeypatch, capsys, output=tmp_path / "output"
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--parameter", "MseTreshold=4"], "the pipeline has no parameter MseTreshold; near: MseThreshold"),
        (["--parameter", "MseThreshold"], "--parameter takes NAME=VALUE, not 'MseThreshold'"),
        (["--parameter", "MaxDepth=deep"], "MaxDepth is 'deep', which is no whole number"),
        (["--parameter", "ModelApprovalStatus=Yes"], "write one of PendingManualApproval, Approved, Rejected"),
        (["--step", "Evalute"], "the pipeline has no step Evalute; near: Evaluate; its steps are Preprocess, Train,"),
        (["--step", "Evaluate"], "Evaluate needs what Preprocess leaves: run --step Preprocess first"),
        (["--model", "model.tar.gz"], "--model: this pipeline makes or fetches its model itself"),
        (["--data", "nothing.csv"], "nothing is at nothing.csv"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_runs(abalone: LocalCommand, arguments: list[str], line: str) -> None:
    told = abalone(*arguments)

    assert told.code == 2
    assert line in told.errors
    assert told.errors.count("\n") == 1
    assert not abalone.output.exists()


def test_outside_a_repository_the_command_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    assert command.main([]) == 2
    assert "start this in the repository's own folder" in capsys.readouterr().err


def test_steps_run_one_by_one_on_ones_own_data_and_each_says_what_it_needs(
    abalone: LocalCommand, dataset: Path
) -> None:
    """A step that runs anew makes what came after it a thing of the past."""
    assert abalone("--step", "Preprocess", "--data", str(dataset)).code == 0
    assert json.loads(abalone.read("data.json"))["rows"] == "1500"
    late = abalone("--step", "Train", "--data", str(dataset))
    assert (late.code, late.errors) == (
        2,
        "error: Train goes on from Preprocess: give --data and --model to that step\n",
    )
    assert "run --step Train first" in abalone("--step", "Evaluate").errors
    assert abalone("--step", "Train", *QUICK).code == 0
    assert abalone("--step", "Evaluate").code == 0
    decided = abalone("--step", "GoodEnough", "--parameter", "MseThreshold=0.01")
    assert decided.output.count("MseThreshold 0.01: no\n") == 1
    refused = abalone("--step", "Register")
    assert (refused.code, "GoodEnough has not chosen Register" in refused.errors) == (2, True)

    assert abalone("--step", "Train", *QUICK).code == 0
    assert not (abalone.output / "evaluation.json").exists()
    assert "run --step Evaluate first" in abalone("--step", "GoodEnough").errors


def test_a_condition_that_does_not_hold_fails_the_run_and_the_figures_stay(
    abalone: LocalCommand, dataset: Path
) -> None:
    told = abalone("--data", str(dataset), *QUICK, "--parameter", "MseThreshold=0.01")

    assert told.code == 1
    assert re.search(
        r"error: NotGoodEnough: Not registered: mean squared error [\d.]+ is above MseThreshold", told.errors
    )
    assert "regression_metrics" in abalone.read("evaluation.json")
    assert not (abalone.output / "registered.json").exists()


def test_a_script_that_fails_is_told_in_its_words_with_its_log(abalone: LocalCommand, tmp_path: Path) -> None:
    (tmp_path / "broken.csv").write_text("M,0.4,0.3\n")

    told = abalone("--data", str(tmp_path / "broken.csv"))

    assert told.code == 1
    assert "error: Preprocess: DataError: abalone.csv, line 1: 3 values where 9 are expected" in told.errors
    log = Path(told.errors.splitlines()[-1].removeprefix("The step's log: "))
    assert "Traceback" in log.read_text()


def test_without_namespaces_the_model_is_the_same_and_one_line_says_what_is_not_shown(
    abalone: LocalCommand, dataset: Path, training: Training, good: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scripts in it are as they were written, although they named another folder while they ran."""
    monkeypatch.setattr(command, "namespaces_allowed", lambda: False)

    told = abalone("--data", str(dataset), *QUICK)

    assert (told.code, told.errors) == (0, "")
    (line,) = [each for each in told.output.splitlines() if PLAIN_PROCESSES in each]
    assert line.startswith("Without Linux namespaces, ")
    isolated = training.store.path(good.registered[0]["InferenceSpecification"]["Containers"][0]["ModelDataUrl"])
    assert contents(abalone.output / "model.tar.gz") == contents(isolated)


def test_after_an_interruption_a_step_goes_on_with_what_is_there(
    abalone: LocalCommand, dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> Left:
        raise KeyboardInterrupt

    with monkeypatch.context() as pressed:
        pressed.setattr(Steps, "_training", interrupt)
        told = abalone("--data", str(dataset))
    assert (told.code, told.errors) == (130, "interrupted\n")

    assert "run --step Train first" in abalone("--step", "Evaluate").errors
    assert abalone("--step", "Preprocess").code == 0
    assert json.loads(abalone.read("data.json"))["rows"] == "1500"


def test_plain_processes_can_be_asked_for(abalone: LocalCommand, dataset: Path) -> None:
    told = abalone("--step", "Preprocess", "--data", str(dataset), "--plain-processes")

    assert told.code == 0
    assert f"As asked, {PLAIN_PROCESSES}" in told.output
    assert PLAIN_PROCESSES not in abalone("--step", "Preprocess").output


def test_whether_namespaces_are_allowed_is_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where a system has no unshare, such as macOS, or refuses it, as most containers do."""
    assert namespaces_allowed()

    monkeypatch.setenv("PATH", str(tmp_path))
    assert not namespaces_allowed()
    (tmp_path / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "unshare").chmod(0o755)
    assert not namespaces_allowed()


def test_a_folder_whose_name_would_end_a_text_in_a_script_is_refused(tmp_path: Path) -> None:
    Sandbox(tmp_path / "it's")
    with pytest.raises(UnfitFolderError, match="in its path, which plain processes cannot use"):
        Sandbox(tmp_path / "it's", namespaces=False)


def test_a_plain_process_finds_its_folder_and_gives_its_scripts_back(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, namespaces=False)
    script = sandbox.folder("job") / "script.py"
    script.write_text('print(open("/opt/ml/data").read())')
    (sandbox.folder("job") / "data").write_text("found")

    assert sandbox.run("job", ["python3", "/opt/ml/script.py"], isolated=True) == b"found\n"
    assert script.read_text() == 'print(open("/opt/ml/data").read())'
    script.write_text('open("/opt/ml/nothing")')
    with pytest.raises(JobFailedError, match="No such file"):
        sandbox.run("job", ["python3", "/opt/ml/script.py"], isolated=True)
    assert script.read_text() == 'open("/opt/ml/nothing")'


@pytest.fixture
def archive(training: Training, good: Execution) -> Path:
    """A model that the training pipeline has registered."""
    (container,) = good.registered[0]["InferenceSpecification"]["Containers"]
    return training.store.path(container["ModelDataUrl"])


def test_the_code_in_a_model_answers_as_in_its_container(archive: Path, tmp_path: Path) -> None:
    """Predictions in both types, and each kind of mistake."""
    environment = {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
    }
    requests = [
        Request(ROWS),
        Request(ROWS, {"Content-Type": "text/csv", "Accept": "application/json"}),
        Request(ROWS, {"Content-Type": "text/csv", "Accept": "image/png"}),
        Request(ROWS, {"Content-Type": "application/json"}),
        Request("M,long"),
    ]
    sandbox = Sandbox(tmp_path)
    with tarfile.open(archive) as packed:
        packed.extractall(sandbox.folder("model") / "model", filter="data")

    here = PackedCode(sandbox, "model", environment).answers(requests)

    assert here == xgboost_container(sandbox, "model", environment).answers(requests)
    assert [each.status for each in here] == [200, 200, 406, 415, 400]


def test_asking_says_what_is_wrong_with_a_request_or_that_there_is_no_model(
    archive: Path, repository: SeedRepository, tmp_path: Path
) -> None:
    (tmp_path / "request.csv").write_text("M,0.4\n")

    def ask(model: Path) -> subprocess.CompletedProcess[str]:
        arguments = [str(tmp_path / "request.csv"), "--model", str(model)]
        return subprocess.run(
            [sys.executable, "-m", "mlops.local.ask", *arguments],
            cwd=repository.root,
            env=clean_environment({}),
            capture_output=True,
            text=True,
            check=False,
        )

    refused, nothing = ask(archive), ask(tmp_path / "none.tar.gz")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("request, line 1: 2 values where 8 are expected")
    assert (nothing.returncode, nothing.stderr) == (2, f"error: there is no file {tmp_path}/none.tar.gz\n")


@pytest.fixture
def scoring(
    batch_repository: SeedRepository,
    batch_compiled: dict[str, Compiled],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> LocalCommand:
    """The command in the repository that predicts in batches."""
    return local_command(
        batch_repository, SCORING, batch_compiled["plain"], monkeypatch, capsys, output=tmp_path / "output"
    )


def test_batch_inference_predicts_the_sample_with_the_given_model(
    scoring: LocalCommand, archive: Path, batch_repository: SeedRepository, tmp_path: Path
) -> None:
    """Through its own selection of the latest approved package; predictions are those of the model's container."""
    told = scoring("--model", str(archive))

    assert (told.code, told.errors) == (0, "")
    results = [line.rpartition(",") for line in scoring.read("rows.csv.out").splitlines()]
    sample = (batch_repository.root / "scoring/sample.csv").read_text().splitlines()
    assert [row for row, _, _ in results] == sample
    sandbox = Sandbox(tmp_path / "container")
    with tarfile.open(archive) as packed:
        packed.extractall(sandbox.folder("model") / "model", filter="data")
    environment = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    headers = {"Content-Type": "text/csv", "Accept": "text/csv"}
    (answer,) = xgboost_container(sandbox, "model", environment).answers([Request("\n".join(sample), headers)])
    assert [prediction for _, _, prediction in results] == answer.body.split()
    assert scoring.read("request.csv").splitlines() == sample[:3]
    assert f"python -m mlops.local.ask {scoring.output}/request.csv --model {archive}" in told.output


def test_batch_inference_without_a_model_says_what_to_give(scoring: LocalCommand) -> None:
    told = scoring()

    assert told.code == 2
    assert told.errors.startswith("error: say with --model which model to use: the model.tar.gz of a package")
    assert not scoring.output.exists()


def test_what_is_no_archive_is_no_model(scoring: LocalCommand, tmp_path: Path) -> None:
    (tmp_path / "model.txt").write_text("a model")

    told = scoring("--model", str(tmp_path / "model.txt"))

    assert (told.code, told.errors) == (2, f"error: {tmp_path}/model.txt is no archive like model.tar.gz\n")


def test_rows_that_cannot_be_used_end_batch_inference_as_in_sagemaker(
    scoring: LocalCommand, archive: Path, tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_text("M,0.4,0.3\n")

    told = scoring("--model", str(archive), "--data", str(tmp_path / "rows.csv"))

    assert told.code == 1
    assert "EnoughRows: enough False = True: no" in told.output
    assert "error: TooFewRows: Nothing predicted: 0 rows usable, 1 put aside" in told.errors


@pytest.fixture
def hf_command(
    hf_repository: SeedRepository,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Any:
    """Makes the command in the repository that imports, for one of its variants."""
    return lambda compiled: local_command(
        hf_repository, HF_PLAIN, compiled, monkeypatch, capsys, output=tmp_path / "output"
    )


def gated_model() -> HubModel:
    """A tiny model that only an account sees which has accepted its terms."""
    return HubModel(
        {COMMIT: model_files(1)}, {"main": COMMIT}, {"pipeline_tag": "text-generation", "gated": "manual"}
    )


def test_an_import_lies_in_a_folder_and_the_same_again_brings_nothing(
    hf_command: Any, hub: LoopbackHub, hf_compiled: dict[str, Compiled], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The access token of a gated model comes from the caller's environment; no file and no log holds it."""
    hub.start_over({MODEL_ID: gated_model()})
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    imports = hf_command(hf_compiled["loopback"])

    told = imports()

    assert (told.code, told.errors) == (0, "")
    package = json.loads(imports.read("registered.json"))
    location = package["InferenceSpecification"]["Containers"][0]["ModelDataSource"]["S3DataSource"]["S3Uri"]
    files = imports.output / "s3" / location.removeprefix("s3://")
    expected = {path: content for path, content in model_files(1).items() if path.endswith((".json", ".safetensors"))}
    assert {path: (files / path).read_bytes() for path in expected} == expected
    assert json.loads(imports.read("request.json")).keys() == {"inputs"}
    everything = [path.read_bytes() for path in imports.output.rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in content for content in everything)

    transferred = len(hub.transfers())
    assert imports().code == 0
    assert len(hub.transfers()) == transferred


def test_an_import_of_a_gated_model_without_a_token_fails_with_what_to_do(
    hf_command: Any, hub: LoopbackHub, hf_compiled: dict[str, Compiled], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.start_over({MODEL_ID: gated_model()})
    monkeypatch.delenv("HF_TOKEN", raising=False)

    told = hf_command(hf_compiled["loopback without a token"])()

    assert told.code == 1
    assert "names the secret that holds a token" in told.errors


def test_the_pages_of_all_templates_name_the_command(
    repository: SeedRepository, batch_repository: SeedRepository, hf_repository: SeedRepository
) -> None:
    """With options that it has."""
    for each in (repository, batch_repository, hf_repository):
        commands = [line for line in readme_commands(each) if ".ask" not in line]
        assert commands
        for line in commands:
            command._options(line.split()[3:])


def test_the_variables_are_the_examples_unless_the_caller_has_others(repository: SeedRepository) -> None:
    """And nothing that the example does not name."""
    from mlops.local.repository import variables

    given = {"AWS_REGION": "eu-west-1", "ARTIFACT_BUCKET": "", "AWS_SECRET_ACCESS_KEY": "x", "MAX_JOB_HOURS": "2"}

    found = variables(repository.root, given, {"MAX_JOB_HOURS": "9"})

    assert (found["AWS_REGION"], found["MAX_JOB_HOURS"]) == ("eu-west-1", "9")
    assert found["ARTIFACT_BUCKET"] == PLAIN["ARTIFACT_BUCKET"]
    assert "AWS_SECRET_ACCESS_KEY" not in found
