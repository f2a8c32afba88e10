"""Which network stands in an environment's file, and which in a project's own."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from sagemaker_templates.conversion.names import kebab
from sagemaker_templates.conversion.record import Entry, Outcome, Record
from sagemaker_templates.conversion.sources import Item, Source
from sagemaker_templates.conversion.tables import NETWORK
from sagemaker_templates.conversion.values import fitted
from sagemaker_templates.settings.catalogue import Catalogue
from sagemaker_templates.settings.files import TargetKeys

Participant = tuple[Source, dict[str, Item], bool]
"""A module, what it says about an environment, and whether its project lives there."""


@dataclass
class Networks:
    """The networks of all environments.

    A network that all say alike is the environment's. Where they differ each project has its own, for another VPC of
    an environment would hold for projects that have none.

    Attributes:
        common: by environment, what its file says.
        own: by environment, whose projects say it themselves.
    """

    templates: Catalogue
    record: Record
    common: dict[str, dict[str, Item]] = field(default_factory=dict)
    own: dict[str, list[tuple[Source, dict[str, Item]]]] = field(default_factory=dict)

    def settle(self, environment: str, file: str, participants: Sequence[Participant]) -> None:
        """Decide for one environment."""
        said = [(source, _network(items)) for source, items, _ in participants]
        used = [_network(items) for source, items, lives in participants if lives or self._deploys(source)]
        asked = used or [network for _, network in said if network]
        alike = bool(asked) and len(set(map(_compared, asked))) == 1
        self.common[environment] = asked[0] if alike else {}
        for (source, network), (_, _, lives) in zip(said, participants, strict=True):
            if alike and _compared(network) == _compared(asked[0]):
                self._record(source, network, file)
            elif lives or self._deploys(source):
                self.own.setdefault(environment, []).append((source, network))
            else:
                self._drop(source, network, environment)

    def own_keys(self, source: Source, environments: Collection[str], stage: str) -> Iterator[tuple[str, Item]]:
        """The keys of a project's file that say its networks."""
        for environment in environments:
            for other, network in self.own.get(environment, ()):
                if other is source:
                    yield from ((f"{environment}-{kebab(name)}", item) for name, item in network.items())

    def _deploys(self, source: Source) -> bool:
        template = self.templates.get(source.template or "")
        return getattr(template, "build_target", None) is not None

    def _record(self, source: Source, network: dict[str, Item], file: str) -> None:
        for name, item in network.items():
            key = f"network.{kebab(name)}"
            self.record.add(Entry(source.module.name, item.origin.key, item.origin, Outcome.MAPPED, file, key))

    def _drop(self, source: Source, network: dict[str, Item], environment: str) -> None:
        why = f"dropped: {source.template} deploys nothing to {environment}, whose network is what others say"
        for item in network.values():
            self.record.add(Entry(source.module.name, item.origin.key, item.origin, Outcome.DROPPED, why=why))


def _network(items: dict[str, Item]) -> dict[str, Item]:
    return {name: items[name] for name in NETWORK if name in items}


def _compared(network: dict[str, Item]) -> str:
    return json.dumps(
        {
            name: item.value.variable or fitted(item.value.node, TargetKeys.model_fields[name].annotation)
            for name, item in network.items()
        }
    )
