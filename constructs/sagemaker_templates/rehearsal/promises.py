"""What clients send to the endpoint of a model of ``xgboost_abalone``, and what they were promised.

The promises are those of the repository: a request that can be answered is answered in the type that is asked for,
and any other gets 4xx and a line that says why. 5xx would roll a release back.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from sagemaker_templates.rehearsal.containers.known import Answered, Asked

Reading = Callable[[str], list[float]]

CSV, JSON = "text/csv", "application/json"
_HEADER = "sex,length,diameter,height,whole_weight,shucked_weight,viscera_weight,shell_weight"
_ROWS = "F,0.4629,0.3758,0.1431,0.7147,0.2780,0.1602,0.1942\nM,0.4978,0.3900,0.1378,0.7015,0.3148,0.1428,0.1638"
_FAULTS = ("traceback", 'file "')


@dataclass(frozen=True)
class Promise:
    """A request, and what it is promised.

    Attributes:
        name: of the request, in a few words.
        type: the media type of the answer.
    """

    name: str
    asked: Asked
    status: HTTPStatus
    type: str

    def broken_by(self, answer: Answered) -> str:
        """What is wrong with an answer; empty if nothing is."""
        if (answer.status, answer.type.partition(";")[0]) != (self.status, self.type):
            return f"{self.name}: {answer.status} {answer.type} where {self.status.value} {self.type} is promised"
        said = answer.body.strip()
        if self.status == HTTPStatus.OK:
            return "" if _predictions(answer) else f"{self.name}: {said!r} is no prediction of each row"
        one_line = said and "\n" not in said and not any(fault in said.lower() for fault in _FAULTS)
        return "" if one_line else f"{self.name}: {said!r} is not a line that says why"


def _good(name: str, type_: str = CSV, body: str = _ROWS, **headers: str) -> Promise:
    return Promise(name, Asked(body, {"Content-Type": CSV, **headers}), HTTPStatus.OK, type_)


def _mistake(name: str, status: HTTPStatus, body: str, **headers: str) -> Promise:
    return Promise(name, Asked(body, headers), status, "text/plain")


_CSV_HEADER = {"Content-Type": CSV}

PROMISES: Sequence[Promise] = (
    _good("without Accept"),
    _good("Accept */*", Accept="*/*"),
    _good("Accept text/csv", Accept=CSV),
    _good("Accept application/json", JSON, Accept=JSON),
    _good("with a header line", body=f"{_HEADER}\n{_ROWS}"),
    _mistake("JSON rows", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, json.dumps([_ROWS]), **{"Content-Type": JSON}),
    _mistake("nonsense", HTTPStatus.BAD_REQUEST, "M,long", **_CSV_HEADER),
    _mistake("a word for a number", HTTPStatus.BAD_REQUEST, _ROWS.replace("0.4629", "much"), **_CSV_HEADER),
    _mistake("no rows", HTTPStatus.BAD_REQUEST, "", **_CSV_HEADER),
    _mistake("Accept image/png", HTTPStatus.NOT_ACCEPTABLE, _ROWS, Accept="image/png", **_CSV_HEADER),
)


def broken(answers: Sequence[Answered], promises: Sequence[Promise] = PROMISES) -> list[str]:
    """What is wrong with answers, one to each promise: a line each.

    Whatever type the predictions come in, they are the same for the same rows.
    """
    lines = [promise.broken_by(answer) for promise, answer in zip(promises, answers, strict=True)]
    told = {tuple(_predictions(each)) for each in answers if each.status == HTTPStatus.OK}
    differing = [f"the same rows are answered differently: {sorted(told)}"] if len(told) > 1 else []
    return [*filter(None, lines), *differing]


def _predictions(answer: Answered) -> list[float]:
    """One number for each of the rows; empty where the answer is something else."""
    try:
        found = [float(each) for each in _read(answer)]
    except (ValueError, KeyError, TypeError):
        return []
    return found if len(found) == len(_ROWS.splitlines()) else []


def _read(answer: Answered) -> Sequence[float | str]:
    if answer.type.partition(";")[0] == JSON:
        predictions: list[float] = json.loads(answer.body)["predictions"]
        return predictions
    return answer.body.split()


def predicted(answers: Sequence[Answered]) -> list[float]:
    """The predictions of the first answer."""
    return _predictions(answers[0])
