"""Puts what the modules say into files: one per environment, one per project."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sagemaker_templates.conversion.checking import required
from sagemaker_templates.conversion.choices import STATE_BUCKET, Choices
from sagemaker_templates.conversion.documents import Document, Line, from_variable
from sagemaker_templates.conversion.names import kebab, slug
from sagemaker_templates.conversion.networks import Networks
from sagemaker_templates.conversion.record import Entry, Origin, Outcome, Record
from sagemaker_templates.conversion.sources import Item, Source, data_of, record_defaults
from sagemaker_templates.conversion.tables import NETWORK, OWN_STAGE, destination
from sagemaker_templates.conversion.values import Given, fitted, plain
from sagemaker_templates.settings.catalogue import Catalogue
from sagemaker_templates.settings.document import Scalar
from sagemaker_templates.settings.files import ProjectKeys, TargetKeys
from sagemaker_templates.settings.folder import ENVIRONMENT_FILE, PROJECTS
from sagemaker_templates.settings.problems import Report
from sagemaker_templates.settings.project_keys import STAGES
from sagemaker_templates.settings.spelling import did_you_mean, quoted

_FIRST = ("project_template_type", "sagemaker_project_name", "sagemaker_project_id")
_NETWORK = "network.vpc-id"
_OUR_PREFIX = "sagemaker-templates"


@dataclass
class Place:
    """One environment as it takes shape.

    Attributes:
        residents: the modules whose projects live in it.
        visitors: those that it is a stage of.
    """

    name: str
    residents: list[Source] = field(default_factory=list)
    visitors: list[Source] = field(default_factory=list)
    account: Given | None = None
    region: Given | None = None
    promotes_to: list[str] = field(default_factory=list)
    variables: dict[str, None] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The environment's own file."""
        return f"{self.name}/{ENVIRONMENT_FILE}"

    def said_by(self, source: Source) -> dict[str, Item]:
        """What a module says about this environment, by field."""
        stage = OWN_STAGE if source in self.residents else self.name
        return source.stages.get(stage, {})


@dataclass
class Mapper:
    """The work of putting things together."""

    sources: Sequence[Source]
    choices: Choices
    templates: Catalogue
    report: Report
    record: Record
    places: dict[str, Place] = field(default_factory=dict)

    def documents(self) -> list[Document]:
        """All files, environments first."""
        self._settle()
        for place in self.places.values():
            self._account(place)
        for place in self.places.values():
            self._region(place)
        self._buckets()
        networks = Networks(self.templates, self.record)
        for place in self.places.values():
            participants = [(source, place.said_by(source), source in place.residents) for source in self._all(place)]
            networks.settle(place.name, place.file, participants)
        projects = [self._project(source, networks) for source in self.sources]
        return [*(self._environment(place, networks) for place in self.places.values()), *_apart(projects)]

    def _settle(self) -> None:
        for source in self.sources:
            self._place(source.home.environment).residents.append(source)
        for source in self.sources:
            for stage in STAGES[1:]:
                if stage in source.stages:
                    self._visit(source, stage)

    def _visit(self, source: Source, stage: str) -> None:
        items = source.stages[stage]
        first = min(items.values(), key=lambda item: item.origin.line)
        if source.home.environment == stage:
            message = f"concerns {stage}, which is where the module itself is deployed to; take --environment-name"
            self._problem(first.origin, message)
        elif "account_id" not in items:
            why = f"dropped: without {stage}-account-id there is no such stage; give that too by --set"
            for item in items.values():
                self._drop(source, item, why)
            del source.stages[stage]
        else:
            self._place(stage).visitors.append(source)
            home = self._place(source.home.environment)
            home.promotes_to = [name for name in STAGES if name in (*home.promotes_to, stage)]

    def _place(self, name: str) -> Place:
        return self.places.setdefault(name, Place(name))

    def _all(self, place: Place) -> list[Source]:
        return [*place.residents, *place.visitors]

    def _account(self, place: Place) -> None:
        for source in place.residents:
            if source.home.account:
                self._agree(place, "account_id", source.home.account)
                entry = Entry("", source.home.account.origin.key, source.home.account.origin, Outcome.MAPPED)
                self.record.add(replace(entry, file=place.file, key="account-id", why=source.home.account.note))
        for source in self._all(place):
            if item := place.said_by(source).get("account_id"):
                self._agree(place, "account_id", item.value)
                self._map(source, item, place.file, "account-id")
        if place.account is None:
            self._account_unknown(place)

    def _account_unknown(self, place: Place) -> None:
        source = place.residents[0]
        if source.module.target_account and source.home.lookup is None:
            where = f"targetAccount {quoted(source.home.alias)} is in a deployment's manifest: give that too, or"
        else:
            where = "no manifest says in which account the module is deployed: give"
        self._problem(source.module.origin, f"{where} --set {OWN_STAGE}-account-id=ACCOUNT")

    def _region(self, place: Place) -> None:
        for source in place.residents:
            if source.home.region:
                self._agree(place, "region", source.home.region)
                origin = source.home.region.origin
                module = source.module.name if origin.file == source.module.origin.file else ""
                self.record.add(Entry(module, origin.key, origin, Outcome.MAPPED, place.file, "region"))
        for source in self._all(place):
            item = place.said_by(source).get("region")
            if item and source in place.residents and place.region and _differ(place.region, item.value):
                self._drop(
                    source, item, f"dropped: the module is deployed to another region, {_place_of(place.region)}"
                )
            elif item:
                self._agree(place, "region", item.value)
                self._map(source, item, place.file, "region")
        if place.region is None:
            self._region_unknown(place)

    def _region_unknown(self, place: Place) -> None:
        source = self._all(place)[0]
        home = self.places[source.home.environment].region
        if place.residents or home is None:
            origin, option = source.module.origin, f"--set {OWN_STAGE}-region=REGION"
            self._problem(origin, f"no manifest says in which region {place.name} is; give it by {option}")
            return
        place.region = home
        what = f"{place.name}-region"
        entry = Entry(source.module.name, what, source.module.origin, Outcome.DEFAULTED, place.file, "region")
        self.record.add(replace(entry, why=f"not given: that of {source.home.environment}"))

    def _agree(self, place: Place, name: str, value: Given) -> None:
        """An environment is one account and one region; the first that says which decides."""
        known: Given | None = getattr(place, "account" if name == "account_id" else name)
        if known is None:
            setattr(place, "account" if name == "account_id" else name, value)
        elif _differ(known, value):
            said = f"{_shown(value)} is not {_shown(known)}, which {_place_of(known)} says for {place.name}"
            advice = (
                f"an environment is one {kebab(name).removesuffix('-id')}; convert what differs into another folder"
            )
            self._problem(value.origin, f"{said}; {advice}, or take --environment-name")

    def _buckets(self) -> None:
        buckets = self.choices.buckets
        missing = [name for name in self.places if name not in buckets and "" not in buckets]
        if missing:
            wanted = f"{STATE_BUCKET} BUCKET for all, {STATE_BUCKET} {missing[0]}=BUCKET for one"
            message = (
                f"no manifest says where Terraform keeps the states of {', '.join(missing)}; give it by {wanted}"
            )
            self.report.add(Path(STATE_BUCKET), None, None, message)
        for name in buckets.keys() - {"", *self.places}:
            message = f"{quoted(name)} is none of the environments; allowed: {', '.join(self.places)}"
            self.report.add(Path(STATE_BUCKET), None, None, message + did_you_mean(name, self.places))

    def _environment(self, place: Place, networks: Networks) -> Document:
        first = self._all(place)[0].module
        document = Document(place.file, first.origin)
        files = dict.fromkeys(source.module.origin.file.name for source in self._all(place))
        document.comment(f"Converted by `sagemaker-templates convert` from {', '.join(files)}.")
        for key, value in (("account-id", place.account), ("region", place.region)):
            if value:
                field_ = TargetKeys.model_fields[key.replace("-", "_")]
                self._write(document, place, key, value, fitted(value.node, field_.annotation))
        self._state(document, place)
        self._network(document, place, networks)
        if place.promotes_to:
            document.key("promotes-to", place.promotes_to, first.origin)
            self._tell_of_promotion(place)
        missing = {one[0]: one for source in self._all(place) for one in self._missing(source, place)}
        for said, origin in missing.values():
            document.comment(f"To fill in, where it is needed: {said}", origin)
            if said.startswith(_NETWORK):
                document.notes.append(f"{said}, is not carried over; without it jobs run in SageMaker's own network")
        if place.variables:
            document.key("variables", list(place.variables), first.origin)
        return document

    def _missing(self, source: Source, place: Place) -> Iterator[tuple[str, Origin]]:
        for name, unavailable in source.missing:
            about = destination(name)
            stage = OWN_STAGE if source in place.residents else place.name
            if about and about[0] == stage:
                yield f"{about[1]}, which was {unavailable.said}", unavailable.origin

    def _state(self, document: Document, place: Place) -> None:
        bucket = self.choices.buckets.get(place.name, self.choices.buckets.get(""))
        origin = Origin(Path(STATE_BUCKET), 0, "")
        if bucket is None:
            return
        prefix = f"{_OUR_PREFIX}/{place.name}"
        document.key("state", {"type": "s3", "bucket": bucket, "key-prefix": prefix}, origin)
        self.record.add(
            Entry("", "state", origin, Outcome.DEFAULTED, place.file, "state", f"no manifest says it: below {prefix}")
        )

    def _network(self, document: Document, place: Place, networks: Networks) -> None:
        common = networks.common.get(place.name)
        if not common:
            return
        document.lines.append(Line("network:", document.origin))
        for name in NETWORK:
            if item := common.get(name):
                value = fitted(item.value.node, TargetKeys.model_fields[name].annotation)
                self._write(document, place, kebab(name), item.value, value, indent="  ")

    def _tell_of_promotion(self, place: Place) -> None:
        for source in place.residents:
            for stage in place.promotes_to:
                if stage not in source.stages:
                    why = f"not given: {place.name} promotes to {stage}, as another module says, and so it does here"
                    what = f"{stage}-account-id"
                    entry = Entry(source.module.name, what, source.module.origin, Outcome.DEFAULTED, place.file)
                    self.record.add(replace(entry, key="promotes-to", why=why))

    def _project(self, source: Source, networks: Networks) -> Document:
        place = self.places[source.home.environment]
        if not source.own:
            self._nothing_said(source)
        name = source.own.get("sagemaker_project_name")
        title = slug(name.value.text if name else "") or slug(source.module.name) or "project"
        document = Document(f"{place.name}/{PROJECTS}/{title}.yaml", source.module.origin)
        document.comment(f"Converted from the module {source.module.name} of {source.module.origin.file.name}.")
        for item in _in_order(source.own.values()):
            self._write(document, place, kebab(item.field), item.value, data_of(item, source, self.templates))
            self._map(source, item, document.path, kebab(item.field))
        for key, item in networks.own_keys(source, self.places.keys(), OWN_STAGE):
            self._write(document, place, key, item.value, data_of(item, source, self.templates))
            self._map(source, item, document.path, key)
        for field_, unavailable in source.missing:
            document.lost[kebab(field_)] = (unavailable.origin, unavailable.why)
            if destination(field_) is None:
                said = f"{kebab(field_)}, which was {unavailable.said}"
                document.comment(f"To fill in, where it is needed: {said}", unavailable.origin)
        record_defaults(source, document.path, self.templates, self.record)
        return document

    def _nothing_said(self, source: Source) -> None:
        """Our loader takes a file without keys for an empty one, and says no more of it."""
        for name in _FIRST:
            if name not in (missing for missing, _ in source.missing):
                message = f"is required: {ProjectKeys.model_fields[name].description}"
                origin = replace(source.module.origin, key=kebab(name))
                self._problem(origin, required(kebab(name), message))

    def _write(
        self, document: Document, place: Place, key: str, value: Given, data: object, *, indent: str = ""
    ) -> None:
        remark = f"{value.origin.key}, {_place_of(value)}" if kebab(value.origin.key) != key else ""
        if value.variable:
            place.variables[value.variable] = None
            document.key(key, from_variable(value.variable), value.origin, indent, remark)
        else:
            document.key(key, data, value.origin, indent, remark)

    def _map(self, source: Source, item: Item, file: str, key: str) -> None:
        entry = Entry(source.module.name, item.origin.key, item.origin, Outcome.MAPPED, file, key)
        said = "" if item.value.origin == item.origin else f"with the value that {item.value.origin.file} gives"
        self.record.add(replace(entry, why=said or item.value.note))

    def _drop(self, source: Source, item: Item, why: str) -> None:
        self.record.add(Entry(source.module.name, item.origin.key, item.origin, Outcome.DROPPED, why=why))

    def _problem(self, origin: Origin, message: str) -> None:
        self.report.add(origin.file, origin.line or None, origin.key, message)


def _in_order(items: Iterable[Item]) -> list[Item]:
    """What every project needs first, then the template's own, then the rest as the schema has it."""
    order = {name: number for number, name in enumerate(ProjectKeys.model_fields)}

    def place(item: Item) -> tuple[int, int]:
        if item.field in _FIRST:
            return 0, _FIRST.index(item.field)
        return (2, order[item.field]) if item.field in order else (1, 0)

    return sorted(items, key=place)


def _apart(documents: Iterable[Document]) -> list[Document]:
    """Files of different names, also where two projects have one."""
    found: dict[str, Document] = {}
    for document in documents:
        path, number = document.path, 2
        while path in found:
            path = f"{document.path.removesuffix('.yaml')}-{number}.yaml"
            number += 1
        found[path] = replace(document, path=path)
    return list(found.values())


def _differ(one: Given, other: Given) -> bool:
    return one.is_known and other.is_known and one.text != other.text


def _shown(value: Given) -> str:
    """A value in a message; what a variable holds is not repeated."""
    if value.variable:
        return f"the value of the environment variable {value.variable}"
    return quoted(value.text if isinstance(value.node, Scalar) else str(plain(value.node)))


def _place_of(value: Given) -> str:
    return f"{value.origin.file.name}:{value.origin.line}" if value.origin.line else value.origin.file.name
