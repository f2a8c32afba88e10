"""``python -m mlops.local`` in the repository: a dry run of a tiny model, with no AWS, no GPU and no network."""

import json
import tarfile
from pathlib import Path

import pytest
from build_variables import PLAIN
from local_command import local_command
from mlops.local.compilation import Compiled
from seed_repository import SeedRepository


def test_a_dry_run_goes_through_every_script_with_a_model_that_is_made_on_the_spot(
    repository: SeedRepository,
    compiled: dict[str, Compiled],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    output = tmp_path / "output"
    command = local_command(repository, PLAIN, compiled["plain"], monkeypatch, capsys, output=output)

    told = command()

    assert told.code == 0, told.errors
    assert "DryRunOnly: DryRun true = true: yes" in told.output
    assert "text_to_sql_metrics: execution_accuracy " in told.output
    assert json.loads(command.read("source.json"))["model"] == f"s3://{PLAIN['ARTIFACT_BUCKET']}/data/models/local"
    roles = [message["role"] for message in json.loads(command.read("request.json"))["messages"]]
    assert roles == ["system", "user"]
    with tarfile.open(output / "model.tar.gz") as packed:
        assert {"config.json", "model.safetensors", "tokenizer.json"} <= set(packed.getnames())
    assert not (output / "registered.json").exists()
