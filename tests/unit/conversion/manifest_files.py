"""Manifests of Seed-Farmer for tests, and what the command makes of them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from sagemaker_templates.cli import main

MODULE_PATH = (
    "git::https://github.com/awslabs/aiops-modules.git//modules/sagemaker/sagemaker-templates?ref=release/2.1.1"
)
BUCKET = ("--state-bucket", "tfstate")
ENVIRON = {
    "PRIMARY_ACCOUNT": "111111111111",
    "PRIMARY_REGION": "us-east-1",
    "PRE_PROD_ACCOUNT": "222222222222",
    "PRE_PROD_REGION": "us-east-1",
    "PROD_ACCOUNT": "333333333333",
    "PROD_REGION": "us-east-1",
}
"""What the sample of the module's README takes from variables."""

Value = Any


def parameter(name: str, value: Value) -> dict[str, Any]:
    """One parameter; a map with one of Seed-Farmer's sources is a ``valueFrom``."""
    sources = {"envVariable", "moduleMetadata", "parameterStore", "secretsManager", "parameterValue"}
    kind = "valueFrom" if isinstance(value, dict) and value.keys() <= sources and value else "value"
    return {"name": name, kind: value}


def module(name: str, parameters: Mapping[str, Value], **keys: Any) -> dict[str, Any]:
    """One module of the templates' kind."""
    return {
        "name": name,
        "path": MODULE_PATH,
        "targetAccount": "primary",
        **keys,
        "parameters": [parameter(key, value) for key, value in parameters.items()],
    }


def variable(name: str) -> dict[str, str]:
    """A value that a variable holds."""
    return {"envVariable": name}


def metadata(group: str, name: str, key: str) -> dict[str, Any]:
    """A value that another module has put out."""
    return {"moduleMetadata": {"group": group, "name": name, "key": key}}


def readme_sample() -> dict[str, Value]:
    """The parameters of the sample in the module's README, by the names it has there."""
    found: dict[str, Value] = {}
    for stage, prefix, network in (
        ("dev", "PRIMARY", "networking"),
        ("pre-prod", "PRE_PROD", "networking-pre-prod"),
        ("prod", "PROD", "networking-prod"),
    ):
        found[f"{stage}-account-id"] = variable(f"{prefix}_ACCOUNT")
        found[f"{stage}-region"] = variable(f"{prefix}_REGION")
        found[f"{stage}-vpc-id"] = metadata("networking", network, "VpcId")
        found[f"{stage}-subnet-ids"] = metadata("networking", network, "PrivateSubnetIds")
    found["sagemaker-domain-id"] = metadata("sagemaker-studio", "studio", "StudioDomainId")
    found["sagemaker-domain-arn"] = metadata("sagemaker-studio", "studio", "StudioDomainArn")
    return found


def project(
    template: str = "xgboost_abalone", name: str = "abalone", more: Mapping[str, Value] | None = None
) -> dict[str, Value]:
    """The parameters of a project in an account of its own, and more."""
    return {
        "project-template-type": template,
        "sagemaker-project-name": name,
        "sagemaker-project-id": f"p-{name}",
        "dev-account-id": "111111111111",
        "dev-region": "us-east-1",
        **(more or {}),
    }


def deployment(**keys: Any) -> dict[str, Any]:
    """A deployment with one target, which looks up values."""
    return {
        "name": "mlops",
        "groups": [{"name": "sagemaker", "path": "modules.yaml"}],
        "targetAccountMappings": [
            {
                "alias": "primary",
                "accountId": "111111111111",
                "default": True,
                "regionMappings": [
                    {"region": "us-east-1", "default": True, "parametersRegional": {"vpc": "vpc-0123456789abcdef0"}}
                ],
            }
        ],
        **keys,
    }


def write(file: Path, *documents: Mapping[str, Any]) -> Path:
    """Write a manifest of several documents, without anchors where they share values."""
    apart = [json.loads(json.dumps(document)) for document in documents]
    file.write_text(yaml.safe_dump_all(apart, sort_keys=False))
    return file


@dataclass(frozen=True)
class Said:
    """How the command ended, and what it said."""

    code: int
    output: str
    errors: str

    @property
    def lines(self) -> list[str]:
        """The mistakes, without the line that counts them."""
        return self.errors.splitlines()[:-1]

    @property
    def data(self) -> dict[str, Any]:
        """What ``--format json`` says."""
        found: dict[str, Any] = json.loads(self.output)
        return found

    def outcomes(self, module_name: str) -> dict[str, tuple[str, str]]:
        """What became of each parameter of a module: the outcome and the key."""
        entries = [entry for entry in self.data["entries"] if entry["module"] == module_name]
        return {entry["what"]: (entry["outcome"], entry["key"]) for entry in entries}


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Said:
    """Run the command in the current folder."""
    with pytest.raises(SystemExit) as ended:
        main(["convert", *arguments])
    captured = capsys.readouterr()
    code = ended.value.code
    return Said(code if isinstance(code, int) else 0, captured.out, captured.err)


def files_below(folder: Path) -> dict[str, str]:
    """All files of a folder, by their paths in it."""
    return {file.relative_to(folder).as_posix(): file.read_text() for file in _files(folder)}


def _files(folder: Path) -> Iterable[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())
