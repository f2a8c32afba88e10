"""What clients send to an endpoint and what they were promised, and whether answers keep it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from sagemaker_templates.rehearsal.containers.known import Answered, Asked

_FAULTS = ("traceback", 'file "')

Said = tuple[float | str, ...]
"""What a model says in a good answer, whatever form it has; empty where the answer is something else."""

Read = Callable[[Answered], Said]


@dataclass(frozen=True)
class Promise:
    """A request, and what it is promised.

    Attributes:
        name: of the request, in a few words.
        type: the media type of the answer.
        read: what a good answer says.
        about: what is asked; requests of which it is equal are answered alike.
    """

    name: str
    asked: Asked
    status: HTTPStatus
    type: str
    read: Read
    about: str = ""

    def broken_by(self, answer: Answered) -> str:
        """What is wrong with an answer; empty if nothing is."""
        if (answer.status, answer.type.partition(";")[0]) != (self.status, self.type):
            return f"{self.name}: {answer.status} {answer.type} where {self.status.value} {self.type} is promised"
        said = answer.body.strip()
        if self.status == HTTPStatus.OK:
            return "" if self.read(answer) else f"{self.name}: {said!r} is no answer of the model to all of it"
        one_line = said and "\n" not in said and not any(fault in said.lower() for fault in _FAULTS)
        return "" if one_line else f"{self.name}: {said!r} is not a line that says why"


def broken(answers: Sequence[Answered], promises: Sequence[Promise]) -> list[str]:
    """What is wrong with answers, one to each promise: a line each.

    Whatever form an answer comes in, the model says the same to the same question.
    """
    lines = [promise.broken_by(answer) for promise, answer in zip(promises, answers, strict=True)]
    told: dict[str, set[Said]] = {}
    for promise, answer in zip(promises, answers, strict=True):
        if answer.status == HTTPStatus.OK == promise.status:
            told.setdefault(promise.about, set()).add(promise.read(answer))
    differing = [
        f"the same is answered differently: {sorted(said, key=str)}" for said in told.values() if len(said) > 1
    ]
    return [*filter(None, lines), *differing]


def said(answers: Sequence[Answered], promises: Sequence[Promise]) -> list[Said]:
    """What the model says to each thing that it was asked well, in the order of the questions."""
    found: dict[str, Said] = {}
    for promise, answer in zip(promises, answers, strict=True):
        if promise.status == HTTPStatus.OK:
            found.setdefault(promise.about, promise.read(answer))
    return list(found.values())
