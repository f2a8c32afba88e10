"""Endpoints are invoked as clients do it, and answered by the serving code of their containers, or in its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from sagemaker_templates.rehearsal import abalone_promises, language_promises
from sagemaker_templates.rehearsal.captured import Exchange
from sagemaker_templates.rehearsal.capturing import capture
from sagemaker_templates.rehearsal.containers.known import (
    Answered,
    ContainerFailed,
    Containers,
    Served,
    serves_language_models,
)
from sagemaker_templates.rehearsal.endpoint import ServedEndpoint
from sagemaker_templates.rehearsal.images import parts_of_image
from sagemaker_templates.rehearsal.promises import Promise, Said, broken, said
from sagemaker_templates.rehearsal.triggers import ADMINISTRATOR, Happenings


@dataclass(frozen=True)
class Running:
    """An endpoint that has started.

    Attributes:
        served: what its container is made of, as the endpoint's role got it.
    """

    happenings: Happenings
    endpoint: ServedEndpoint
    served: Served

    @property
    def requests(self) -> Sequence[Promise]:
        """What it is sent: all that is promised, as often as it takes for one answer to be captured."""
        needed = self.endpoint.capture.needed() if self.endpoint.capture else 0
        promises = _promises_of(self.served.image)
        answered = sum(promise.status == HTTPStatus.OK for promise in promises)
        return list(promises) * max(1, -(-needed // answered))


def _promises_of(image: str) -> Sequence[Promise]:
    if serves_language_models(image):
        return language_promises.PROMISES[parts_of_image(image)["image-repository"]]
    return abalone_promises.PROMISES


Predictions = Mapping[str, Sequence[Said]]
"""What each endpoint says to the same questions, by its name."""


def invoke(containers: Containers, running: Sequence[Running]) -> Predictions:
    """Invoke every endpoint, as the administrator of its account; no role of ours is meant for callers.

    Endpoints that serve the same archive in the same way are one container here, which is started once and asked for
    each of them. One that nothing here serves is left out.

    Raises:
        RehearsalFailed: a container does not start, or does not answer as it was promised, or what was asked and
            answered is not captured as the configuration says.
    """
    predictions: dict[str, Sequence[Said]] = {}
    for alike in _alike(running):
        if lacking := containers.lacking(alike[0].served.image):
            _leave_out(alike, lacking)
            continue
        answers = iter(_answered(containers, alike))
        for each in alike:
            own = [next(answers) for _ in each.requests]
            _judge(each, own)
            predictions[each.endpoint.name] = said(own, each.requests)
            capture(each.happenings, each.endpoint, _exchanges(each.requests, own))
    return predictions


def _alike(running: Sequence[Running]) -> list[list[Running]]:
    found: dict[Served, list[Running]] = {}
    for each in running:
        found.setdefault(each.served, []).append(each)
    return list(found.values())


def _leave_out(running: Sequence[Running], lacking: str) -> None:
    for each in running:
        told = f"invoking {each.endpoint.name}: {lacking}"
        each.happenings.timeline.add(each.endpoint.account, ADMINISTRATOR, told, "left out")


def _answered(containers: Containers, alike: Sequence[Running]) -> list[Answered]:
    first = alike[0]
    first.happenings.timeline.now(f"Invoking {', '.join(each.endpoint.name for each in alike)}")
    try:
        return containers.answers(first.served, [promise.asked for each in alike for promise in each.requests])
    except ContainerFailed as error:
        first.happenings.fail(first.endpoint.role, str(error))


def _judge(running: Running, answers: Sequence[Answered]) -> None:
    name = running.endpoint.name
    if wrong := broken(answers, running.requests):
        running.happenings.fail(ADMINISTRATOR, f"{name} does not answer as promised: {'; '.join(wrong)}")
    refused = sorted({each.status for each in answers if each.status != HTTPStatus.OK})
    good = sum(each.status == HTTPStatus.OK for each in answers)
    mistakes = f", {len(answers) - good} mistakes with {', '.join(map(str, refused))} and a reason" if refused else ""
    told = f"invoked {name}, {_server(running.served.image)}: {good} requests answered{mistakes}"
    running.happenings.note(ADMINISTRATOR, told)


def _server(image: str) -> str:
    if serves_language_models(image):
        return f"by transformers in the place of {parts_of_image(image)['image-repository']}"
    return "in its container's own server"


def _exchanges(requests: Sequence[Promise], answers: Sequence[Answered]) -> list[Exchange]:
    """Of what the model has answered."""
    return [
        Exchange(each.asked.headers["Content-Type"], each.asked.body, answer.type, answer.body)
        for each, answer in zip(requests, answers, strict=True)
        if answer.status == HTTPStatus.OK
    ]
