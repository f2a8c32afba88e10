"""What is known of AWS's partitions, regions and services: one table, from botocore's endpoint data, no call to AWS.

``make regions`` writes the table from the newest botocore that the seeds are locked to; the generator's own is older.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sagemaker_templates.settings.rules import Rule

_FILE = Path(__file__).with_name("regions_of_aws.json")
_SAGEMAKER = "SageMaker"
_REPOSITORIES = ("CodeCommit", "CodeConnections")


@dataclass(frozen=True)
class Partition:
    """One of AWS's partitions.

    Attributes:
        name: as ARNs have it, such as ``aws-cn``.
        dns_suffix: what its endpoints' names end in.
        lacks: by region, the services that the stacks use and it does not have.
    """

    name: str
    dns_suffix: str
    lacks: dict[str, list[str]]

    def has(self, service: str) -> bool:
        """Whether a service is in any of its regions."""
        return any(service not in lacking for lacking in self.lacks.values())


def partition(region: str) -> Partition:
    """The partition that a region belongs to.

    Raises:
        KeyError: no such region is known.
    """
    return _by_region()[region]


def is_known(region: str) -> bool:
    """Whether there is such a region."""
    return region in _by_region()


def lacking(region: str, *services: str) -> list[str]:
    """Which of these services a region does not have."""
    return [service for service in services if service in partition(region).lacks[region]]


def usable_regions() -> tuple[str, ...]:
    """The regions with SageMaker, of the partitions in which a project's repository can live; sorted."""
    return tuple(sorted(region for region in _by_region() if _reason_against(region) is None))


def source() -> str:
    """Who says so: botocore, with its version."""
    return f"botocore {_table()['botocore']}"


@dataclass(frozen=True)
class RegionRule(Rule):
    """A region; why one that exists cannot be used is said."""

    def hint(self, text: str) -> str:
        """The end of a message: why not, or the nearest region."""
        reason = _reason_against(text) if text in _by_region() else None
        return f"; {reason}" if reason else super().hint(text)


def region_rule() -> RegionRule:
    """The rule for a region that the stacks can be in."""
    allowed = f"an AWS region with SageMaker, as {source()} knows them"
    return RegionRule("[a-z]{2,}(?:-[a-z]+)+-[0-9]", allowed, choices=usable_regions)


def _reason_against(region: str) -> str | None:
    of = partition(region)
    if not any(of.has(service) for service in _REPOSITORIES):
        neither = " nor ".join(_REPOSITORIES)
        return f"{region} is in the partition {of.name}, which has neither {neither}, where repositories live"
    if lacking(region, _SAGEMAKER):
        return f"{region} has no SageMaker"
    return None


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return table


@cache
def _by_region() -> dict[str, Partition]:
    found: dict[str, Partition] = {}
    for name, one in _table()["partitions"].items():
        found |= dict.fromkeys(one["lacks"], Partition(name, one["dns-suffix"], one["lacks"]))
    return found
