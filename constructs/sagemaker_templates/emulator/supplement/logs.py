"""CloudWatch Logs: a log group is given another key, or none; moto knows only the one of its creation."""

from sagemaker_templates.emulator import moto_store
from sagemaker_templates.emulator.call import Call, JsonObject
from sagemaker_templates.emulator.supplement.contract import AwsError, Supplement


def supplement() -> Supplement:
    """Return what CloudWatch Logs needs beside moto."""
    return Supplement(service="logs", answers={"AssociateKmsKey": _associate, "DisassociateKmsKey": _disassociate})


def _associate(call: Call) -> JsonObject:
    _existing(call).kms_key_id = str(call.parameters["kmsKeyId"])
    return {}


def _disassociate(call: Call) -> JsonObject:
    _existing(call).kms_key_id = None
    return {}


def _existing(call: Call) -> moto_store.LogGroup:
    group = moto_store.log_groups(call.place).get(str(call.parameters["logGroupName"]))
    if group is None:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return group
