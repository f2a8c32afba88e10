"""What has to be known of an account to tell which rights a request needs: names do not say it all."""

from collections.abc import Mapping
from typing import Protocol

from sagemaker_templates.emulator.call import Place

Attributes = Mapping[str, tuple[str, ...]]
"""What is known of a resource, by these names; what it has not is left out.

``account``: who owns it, where its ARN does not say. ``key``: the ARN of the key that it is encrypted with.
``stored``: ``true``, of an object that is there. ``manager``: ``AWS``, of a key that is a service's own.
``bucket-key``: ``true`` where a bucket's key encrypts.
``aliases``: a key's. ``vpc``, an id, and ``subnet``, an ARN: where something of EC2's is. ``boundary``: the ARN of a
role's boundary.
"""


class Lookups(Protocol):
    """What stands in the accounts."""

    def arn(self, kind: str, name: str, place: Place) -> str | None:
        """Return the ARN of what is there under a name; ``None`` where nothing is, or the name says it all.

        Args:
            kind: the resource's type, as ``iam:role``.
            name: as a request names it, which for keys and secrets may be an ARN, too.
        """

    def attributes(self, arn: str, part: str | None = None) -> Attributes:
        """Return what is known of a resource.

        Args:
            part: of an object in a bucket, a version's id or that of an upload in parts.
        """

    def tags(self, arn: str) -> Mapping[str, str]:
        """Return the tags of a resource; none of what is not there."""
