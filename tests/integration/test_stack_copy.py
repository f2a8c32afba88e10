"""What runs on the emulator leaves the states of real accounts alone, wherever they are kept."""

import json
from pathlib import Path

import pytest
from sagemaker_templates.operations.engine import Engine
from sagemaker_templates.operations.stack_copy import copy_stack
from sagemaker_templates.operations.terraform import Terraform

pytestmark = pytest.mark.terraform

_STATE = "../state/mine.tfstate"


@pytest.mark.parametrize("absolute", [False, True], ids=["relative path", "absolute path"])
def test_a_copy_keeps_its_state_beside_it_and_never_where_the_stacks_path_leads(
    terraform_engine: Engine, tmp_path: Path, absolute: bool
) -> None:
    """The copy lies where the same relative path leads to the same file: the worst case."""
    mine = tmp_path / "state" / "mine.tfstate"
    mine.parent.mkdir()
    mine.write_text("precious")
    backend = {"local": {"path": str(mine) if absolute else _STATE}}
    (tmp_path / "stack").mkdir()
    output = {"answer": {"value": 42}}
    (tmp_path / "stack" / "cdk.tf.json").write_text(json.dumps({"terraform": {"backend": backend}, "output": output}))
    copy_stack(tmp_path / "stack", tmp_path / "copy")
    runner = Terraform(terraform_engine, tmp_path / "copy", {}, tmp_path / "data")
    runner.init()
    runner.apply()
    assert runner.output() == {"answer": 42}
    assert mine.read_text() == "precious"
    assert [path.name for path in mine.parent.iterdir()] == [mine.name]
    assert (tmp_path / "copy.tfstate").exists()


def test_a_state_in_s3_stays_there_for_that_is_the_emulators(tmp_path: Path) -> None:
    (tmp_path / "stack" / ".terraform").mkdir(parents=True)
    backend = {"s3": {"bucket": "example", "key": "k", "region": "us-east-1"}}
    (tmp_path / "stack" / "cdk.tf.json").write_text(json.dumps({"terraform": {"backend": backend}}))
    copy_stack(tmp_path / "stack", tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["cdk.tf.json"]
