"""A KMS key with a given id or alias: an account already has that of its states, and settings name it."""

from sagemaker_templates.emulator import moto_store
from sagemaker_templates.emulator.call import JsonObject, Place


def create_key(request: JsonObject) -> JsonObject:
    """Create a key, unless it is there.

    The request names ``account``, ``region`` and ``name``: a key's id or an alias.
    """
    name, place = str(request["name"]), Place(str(request["account"]), str(request["region"]))
    found = moto_store.key(place, name) or moto_store.new_key(place, name)
    return {"arn": found.arn}
