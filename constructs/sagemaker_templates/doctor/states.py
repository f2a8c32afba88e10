"""What a stack has made already, as its state tells: types and names, and nothing else of it."""

import json
from collections.abc import Iterator

from sagemaker_templates.doctor.account import NotAnswered, Refused
from sagemaker_templates.doctor.contract import Asked
from sagemaker_templates.naming import state_key
from sagemaker_templates.settings.model import S3State


def names_in_state(asked: Asked, stack: str, kind: str, attribute: str) -> set[str] | None:
    """The names of what a stack manages of one type; None where its state is not in S3, or cannot be read.

    Args:
        kind: the type, as ``github_repository``.
        attribute: that holds the name.
    """
    state = asked.site.environment.state
    if not isinstance(state, S3State):
        return None
    key = state_key(state, stack)
    try:
        content = asked.account.content(
            "s3", "get_object", "Body", in_region=state.region, Bucket=state.bucket, Key=key
        )
        return set(_names(content, kind, attribute))
    except Refused as refused:
        return set() if refused.code == "NoSuchKey" else None
    except (NotAnswered, ValueError):
        return None


def _names(content: bytes, kind: str, attribute: str) -> Iterator[str]:
    for resource in json.loads(content).get("resources", []):
        if resource.get("type") == kind and resource.get("mode") == "managed":
            for instance in resource.get("instances", []):
                name = instance.get("attributes", {}).get(attribute)
                if isinstance(name, str):
                    yield name
