"""What clients send to the endpoint of a model of ``xgboost_abalone``, and what they were promised.

The promises are those of the repository: a request that can be answered is answered in the type that is asked for,
and any other gets 4xx and a line that says why. 5xx would roll a release back.
"""

import json
from collections.abc import Sequence
from http import HTTPStatus

from sagemaker_templates.rehearsal.containers.known import Answered, Asked
from sagemaker_templates.rehearsal.promises import Promise, Said

CSV, JSON = "text/csv", "application/json"
_HEADER = "sex,length,diameter,height,whole_weight,shucked_weight,viscera_weight,shell_weight"
_ROWS = "F,0.4629,0.3758,0.1431,0.7147,0.2780,0.1602,0.1942\nM,0.4978,0.3900,0.1378,0.7015,0.3148,0.1428,0.1638"


def _predictions(answer: Answered) -> Said:
    """One number for each of the rows; empty where the answer is something else."""
    try:
        found = tuple(float(each) for each in _read(answer))
    except (ValueError, KeyError, TypeError):
        return ()
    return found if len(found) == len(_ROWS.splitlines()) else ()


def _read(answer: Answered) -> Sequence[float | str]:
    if answer.type.partition(";")[0] == JSON:
        predictions: list[float] = json.loads(answer.body)["predictions"]
        return predictions
    return answer.body.split()


def _good(name: str, type_: str = CSV, body: str = _ROWS, **headers: str) -> Promise:
    return Promise(name, Asked(body, {"Content-Type": CSV, **headers}), HTTPStatus.OK, type_, _predictions)


def _mistake(name: str, status: HTTPStatus, body: str, **headers: str) -> Promise:
    return Promise(name, Asked(body, headers), status, "text/plain", _predictions)


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
