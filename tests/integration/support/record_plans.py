"""Records the plans that the unit tests of the plan summary read: real Terraform, real provider, on the emulator.

Each is what ``terraform show -json`` says of a plan that leads from BASE to a changed stack, reduced to what a
summary reads. Run it from the top of the project, with Terraform on the PATH, after a change here:

    PYTHONPATH=constructs python tests/integration/support/record_plans.py
"""

import copy
import json
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sagemaker_templates.emulator import Emulator, running_emulator
from sagemaker_templates.operations.engine import find_engine
from sagemaker_templates.operations.mirror import provider_source
from sagemaker_templates.operations.terraform import Terraform

FOLDER = Path(__file__).parents[2] / "unit" / "review" / "plans"
ACCOUNT, REGION = "111111111111", "us-east-1"
_AT_ONCE = 2

Stack = dict[str, Any]


def _statement(actions: list[str], resources: list[str], **more: Any) -> Stack:
    return {"effect": "Allow", "actions": actions, "resources": resources, **more}


def _trust(condition: list[Stack]) -> Stack:
    principals = [{"type": "Service", "identifiers": ["codebuild.amazonaws.com"]}]
    return {"statement": [{"actions": ["sts:AssumeRole"], "principals": principals, "condition": condition}]}


_OWN_ACCOUNT = [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": [ACCOUNT]}]
_ROOT = [{"type": "AWS", "identifiers": [f"arn:aws:iam::{ACCOUNT}:root"]}]
_ANYBODY = [{"type": "AWS", "identifiers": ["*"]}]

BASE: Stack = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
    "provider": {"aws": {"region": REGION}},
    "data": {
        "aws_iam_policy_document": {
            "trust": _trust(_OWN_ACCOUNT),
            "rights": {"statement": [_statement(["s3:GetObject"], ["arn:aws:s3:::example-data/*"])]},
            "key": {"statement": [_statement(["kms:*"], ["*"], principals=_ROOT)]},
        }
    },
    "resource": {
        "aws_s3_bucket": {"data": {"bucket": "example-data", "tags": {"Owner": "one", "Purpose": "data"}}},
        "aws_s3_bucket_public_access_block": {
            "data": {
                "bucket": "${aws_s3_bucket.data.id}",
                "block_public_acls": True,
                "block_public_policy": True,
                "ignore_public_acls": True,
                "restrict_public_buckets": True,
            }
        },
        "aws_s3_bucket_versioning": {
            "data": {"bucket": "${aws_s3_bucket.data.id}", "versioning_configuration": {"status": "Enabled"}}
        },
        "aws_cloudwatch_log_group": {"logs": {"name": "/example/logs", "retention_in_days": 365}},
        "aws_iam_role": {
            "worker": {
                "name": "worker",
                "assume_role_policy": "${data.aws_iam_policy_document.trust.json}",
                "permissions_boundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
            }
        },
        "aws_iam_role_policy": {
            "worker": {
                "name": "rights",
                "role": "${aws_iam_role.worker.name}",
                "policy": "${data.aws_iam_policy_document.rights.json}",
            }
        },
        "aws_kms_key": {"key": {"policy": "${data.aws_iam_policy_document.key.json}"}},
        "aws_vpc": {"net": {"cidr_block": "10.0.0.0/16"}},
        "aws_security_group": {"jobs": {"name": "jobs", "vpc_id": "${aws_vpc.net.id}"}},
        "aws_vpc_security_group_ingress_rule": {
            "jobs": {
                "security_group_id": "${aws_security_group.jobs.id}",
                "ip_protocol": "tcp",
                "from_port": 443,
                "to_port": 443,
                "cidr_ipv4": "10.0.0.0/16",
            }
        },
        "aws_ssm_parameter": {"token": {"name": "/example/token", "type": "SecureString", "value": "token-before"}},
    },
    "output": {"bucket": {"value": "${aws_s3_bucket.data.id}"}},
}
"""What every plan but the first starts from."""


def _tag(stack: Stack) -> None:
    stack["resource"]["aws_s3_bucket"]["data"]["tags"]["Owner"] = "two"


def _replace(stack: Stack) -> None:
    stack["resource"]["aws_s3_bucket"]["data"]["bucket"] = "example-other"
    stack["resource"]["aws_cloudwatch_log_group"]["logs"]["name"] = "/example/other"


def _destroy(stack: Stack) -> None:
    for part in ("resource", "data", "output"):
        del stack[part]


def _weaken(stack: Stack) -> None:
    resource = stack["resource"]
    resource["aws_s3_bucket"]["data"]["force_destroy"] = True
    resource["aws_s3_bucket_versioning"]["data"]["versioning_configuration"]["status"] = "Suspended"
    resource["aws_cloudwatch_log_group"]["logs"]["retention_in_days"] = 30
    resource["aws_ssm_parameter"]["token"]["value"] = "token-after"
    del resource["aws_kms_key"]


def _widen(stack: Stack) -> None:
    documents = stack["data"]["aws_iam_policy_document"]
    documents["trust"] = _trust([])
    documents["rights"]["statement"][0]["actions"].append("s3:PutObject")
    documents["rights"]["statement"][0]["resources"].append("arn:aws:s3:::another/*")
    del stack["resource"]["aws_iam_role"]["worker"]["permissions_boundary"]
    stack["resource"]["aws_iam_role_policy_attachment"] = {
        "worker": {"role": "${aws_iam_role.worker.name}", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    }


def _narrow(stack: Stack) -> None:
    documents = stack["data"]["aws_iam_policy_document"]
    documents["rights"]["statement"][0]["resources"] = ["arn:aws:s3:::example-data/public/*"]
    documents["key"]["statement"][0]["actions"] = ["kms:Decrypt", "kms:DescribeKey", "kms:PutKeyPolicy"]


def _expose(stack: Stack) -> None:
    resource = stack["resource"]
    resource["aws_s3_bucket_public_access_block"]["data"]["block_public_policy"] = False
    resource["aws_vpc_security_group_ingress_rule"]["jobs"]["cidr_ipv4"] = "0.0.0.0/0"
    rule = {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["10.0.0.0/16"], "description": "x"}
    rest = {"prefix_list_ids": [], "security_groups": [], "self": False, "ipv6_cidr_blocks": ["::/0"]}
    resource["aws_security_group"]["jobs"]["ingress"] = [{**rule, **rest}]
    documents = stack["data"]["aws_iam_policy_document"]
    documents["key"]["statement"].append(_statement(["kms:Decrypt"], ["*"], principals=_ANYBODY))
    documents["bucket"] = {
        "statement": [_statement(["s3:GetObject"], ["arn:aws:s3:::example-data/*"], principals=_ANYBODY)]
    }
    resource["aws_s3_bucket_policy"] = {
        "data": {"bucket": "${aws_s3_bucket.data.id}", "policy": "${data.aws_iam_policy_document.bucket.json}"}
    }


def _unknown(stack: Stack) -> None:
    """A queue that is not there yet: its name for IAM is known only after apply."""
    stack["resource"]["aws_sqs_queue"] = {"new": {"name": "new"}}
    stack["data"]["aws_iam_policy_document"]["rights"]["statement"].append(
        _statement(["sqs:SendMessage"], ["${aws_sqs_queue.new.arn}"])
    )


def _endpoint(stack: Stack) -> None:
    """Things that are paid for, of which one is free of charge."""
    stack["resource"]["aws_vpc_endpoint"] = {
        "s3": {"vpc_id": "${aws_vpc.net.id}", "service_name": f"com.amazonaws.{REGION}.s3"},
        "kms": {
            "vpc_id": "${aws_vpc.net.id}",
            "service_name": f"com.amazonaws.{REGION}.kms",
            "vpc_endpoint_type": "Interface",
        },
    }
    variant = {"model_name": "m", "instance_type": "ml.m5.large", "initial_instance_count": 2, "variant_name": "v"}
    stack["resource"]["aws_sagemaker_endpoint_configuration"] = {"c": {"name": "c", "production_variants": [variant]}}


CHANGES: dict[str, Callable[[Stack], None]] = {
    "tag": _tag,
    "replace": _replace,
    "destroy": _destroy,
    "weaken": _weaken,
    "widen": _widen,
    "narrow": _narrow,
    "expose": _expose,
    "unknown": _unknown,
    "endpoint": _endpoint,
}
"""Name of a recorded plan → what is done to BASE. ``create`` is the plan of BASE itself."""


def reduced(shown: dict[str, Any]) -> dict[str, Any]:
    """What a summary reads of a plan, in an order that does not change."""
    resources = shown["configuration"]["root_module"].get("resources", [])
    return {
        "format_version": shown["format_version"],
        "resource_changes": [
            {key: entry[key] for key in ("address", "mode", "type", "change")} for entry in shown["resource_changes"]
        ],
        "output_changes": shown.get("output_changes", {}),
        "configuration": {
            "root_module": {
                "resources": [
                    {"address": resource["address"], "expressions": resource.get("expressions", {})}
                    for resource in resources
                ]
            }
        },
    }


def _write(name: str, shown: dict[str, Any]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps(reduced(shown), indent=1, sort_keys=True)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _record(emulator: Emulator, work: Path) -> None:
    folder = work / "stack"
    folder.mkdir()
    (folder / "main.tf.json").write_text(json.dumps(BASE))
    variables = {**emulator.environment(ACCOUNT, REGION), **provider_source(work).environment()}
    terraform = Terraform(find_engine(), folder, variables, work / "data")
    terraform.init()
    first = terraform.plan()
    _write("create", terraform.show_json(first))
    terraform.apply(first)

    def planned(name: str) -> None:
        stack = copy.deepcopy(BASE)
        CHANGES[name](stack)
        own = work / name
        own.mkdir()
        (own / "main.tf.json").write_text(json.dumps(stack))
        (own / "terraform.tfstate").write_bytes((folder / "terraform.tfstate").read_bytes())
        runner = Terraform(find_engine(), own, variables, work / f"{name}-data")
        runner.init()
        _write(name, runner.show_json(runner.plan()))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(planned, CHANGES))


def main() -> None:
    """Record every plan anew."""
    with tempfile.TemporaryDirectory() as work, running_emulator() as emulator:
        _record(emulator, Path(work))


if __name__ == "__main__":
    main()
