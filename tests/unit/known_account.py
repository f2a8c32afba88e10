"""What tests of rights let stand in an account: the table's questions, answered from a few words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sagemaker_templates.emulator.call import Place
from sagemaker_templates.emulator.rights.lookups import Attributes


@dataclass(frozen=True)
class Known:
    """An account with what a test puts there.

    Attributes:
        arns: by type and name, as ``iam:role builder``.
        described: by ARN, for a part of it by ARN and part.
        tagged: tags by ARN.
    """

    arns: Mapping[str, str] = field(default_factory=dict)
    described: Mapping[str, Attributes] = field(default_factory=dict)
    tagged: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def arn(self, kind: str, name: str, place: Place) -> str | None:
        """Return the ARN of what is there under a name."""
        return self.arns.get(f"{kind} {name}")

    def attributes(self, arn: str, part: str | None = None) -> Attributes:
        """Return what is known of a resource."""
        return self.described.get(f"{arn} {part}" if part else arn, {})

    def tags(self, arn: str) -> Mapping[str, str]:
        """Return the tags of a resource."""
        return self.tagged.get(arn, {})
