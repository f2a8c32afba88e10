"""Whether an event matches a rule's pattern.

What is known of patterns is what the stacks' rules use: values to be equal to, at any depth
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html). Filters such as ``prefix`` are
refused rather than guessed.
"""

from collections.abc import Mapping
from typing import Any

from sagemaker_templates.failures import StepFailed


class PatternNotRehearsed(StepFailed):
    """A pattern has a filter that is not known here; the message names it."""


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Tell whether every key of the pattern holds in the event.

    Raises:
        PatternNotRehearsed: the pattern has more than values and keys.
    """
    held = [_holds(key, wanted, event.get(key)) for key, wanted in pattern.items()]  # all, so that none goes unjudged
    return all(held)


def _holds(key: str, wanted: Any, there: Any) -> bool:
    if isinstance(wanted, Mapping):
        return matches(wanted, there if isinstance(there, Mapping) else {})
    unknown = [each for each in wanted if isinstance(each, Mapping)] if isinstance(wanted, list) else [wanted]
    if unknown or key == "$or":
        raise PatternNotRehearsed(f"the pattern's {key}: {wanted} is more than values; the rehearsal cannot judge it")
    found = there if isinstance(there, list) else [there]
    return any(each == value and type(each) is type(value) for each in found for value in wanted)
