"""A project that promotes further or less far than its environment: its rights follow, and nothing of it is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from sagemaker_templates.application import write_stacks
from sagemaker_templates.configuration import load_configuration
from sagemaker_templates.inventory.contents import as_data, contents
from sagemaker_templates.output_folder.vanished import StacksVanish
from sagemaker_templates.templates.registry import all_templates
from written_projects import ACCOUNTS, required_keys

ENVIRONMENT = 'account-id: "%s"\nregion: us-east-1\nstate: {type: s3, bucket: tfstate, key-prefix: ml}\n'
PROD = f"arn:aws:iam::{ACCOUNTS['prod']}:r"
"""How every principal of that account begins in a policy."""

Stacks = dict[str, Any]


def _made(folder: Path, template: str, promotes_to: list[str] | None) -> Stacks:
    """The stacks after the project's own word has been edited, by name; its environment promotes to nobody."""
    environments = folder / "environments"
    for environment, account in ACCOUNTS.items():
        (environments / environment / "projects").mkdir(parents=True, exist_ok=True)
        (environments / environment / "environment.yaml").write_text(ENVIRONMENT % account)
    own = {} if promotes_to is None else {"promotes-to": promotes_to}
    (environments / "dev/projects/a.yaml").write_text(yaml.safe_dump({**required_keys(template, "a"), **own}))
    stacks = write_stacks(load_configuration(environments), environments=environments, output=folder / "out")
    return {stack.name: json.loads((stack / "cdk.tf.json").read_bytes()) for stack in stacks}


def _blocks(stack: dict[str, Any], kind: str) -> dict[str, Any]:
    return {f"{type_}.{name}": one for type_, named in stack[kind].items() for name, one in named.items()}


@pytest.mark.parametrize("template", ["finetune_llm_evaluation", "hf_import_models", "xgboost_abalone"])
def test_readers_of_a_projects_models_follow_its_own_word_by_nothing_but_policies(
    tmp_path: Path, template: str
) -> None:
    """All that holds work stays as it is, whichever way the list is edited."""
    without = _made(tmp_path, template, None)["dev-a"]
    there = _made(tmp_path, template, ["prod"])["dev-a"]
    assert _made(tmp_path, template, [])["dev-a"] == without
    assert PROD not in json.dumps(without)
    more = {"resource": "aws_sagemaker_model_package_group_policy", "data": "aws_iam_policy_document"}
    for kind, expected in more.items():
        before, after = _blocks(without, kind), _blocks(there, kind)
        assert [address.split(".")[0] for address in after.keys() ^ before.keys()] == [expected]
        changed = [address for address in before if before[address] != after[address]]
        assert {address.split(".")[0] for address in changed} <= {"aws_iam_policy_document"}
        assert all(PROD in json.dumps(after[address]) for address in changed)
    assert json.dumps(there["data"]).count(PROD) > 3, "bucket, key and group"


def test_a_deployment_goes_where_its_project_says_and_no_stage_is_lost_unsaid(tmp_path: Path) -> None:
    """Left out again, the stage's stack is named, and the description of what lives on stays."""
    assert "prod-a-target" in _made(tmp_path, "model_deploy", ["prod"])
    with pytest.raises(StacksVanish, match="prod-a-target vanishes"):
        _made(tmp_path, "model_deploy", [])
    assert (tmp_path / "out/stacks/prod-a-target/cdk.tf.json").is_file()


def test_the_list_says_where_each_project_promotes_to(tmp_path: Path) -> None:
    _made(tmp_path, "xgboost_abalone", ["prod"])
    listed = as_data(contents(load_configuration(tmp_path / "environments"), all_templates()))
    dev = next(environment for environment in listed["environments"] if environment["name"] == "dev")
    assert dev["promotes-to"] == []
    assert [(one["promotes-to"], one["models-readable-in"]) for one in dev["projects"]] == [(["prod"], ["prod"])]
