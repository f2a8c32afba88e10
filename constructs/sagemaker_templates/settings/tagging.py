"""Lays tags over each other."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sagemaker_templates.settings.document import Entry, MapNode
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.tags import MOST_TAGS

Layer = tuple[Mapping[str, str], Entry | None]


def merged(layers: Sequence[Layer], report: Report) -> Mapping[str, str]:
    """All tags, later layers above earlier ones; the entry of a layer is where its mistakes are reported."""
    result: dict[str, str] = {}
    for tags, entry in layers:
        before = {key.lower(): key for key in result}
        for key in tags:
            # IAM refuses a role whose tags differ in case alone: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
            other = before.setdefault(key.lower(), key)
            if other != key and entry is not None:
                _report(
                    entry,
                    key,
                    f'differs from the tag "{other}" in case alone; IAM takes them for one',
                    report,
                )
        result |= tags
        if len(result) > MOST_TAGS and entry is not None:
            message = f"makes {len(result)} tags with those of the environment; allowed: at most {MOST_TAGS}"
            report.add(entry.file, entry.line, entry.key, message)
    return MappingProxyType(result)


def _report(entry: Entry, key: str, message: str, report: Report) -> None:
    inner = entry.value.entries if isinstance(entry.value, MapNode) else ()
    at = next((one for one in inner if one.key == key), entry)
    report.add(at.file, at.line, f"{entry.key}.{key}", message)
