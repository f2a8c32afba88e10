"""The hub on loopback has the one model that a project imports, as the hub has it, and shows it to nobody else."""

import hashlib
import json
from http import HTTPStatus
from http.client import HTTPConnection

import pytest
from sagemaker_templates.rehearsal.hub import LATER, Hub, serving

MODEL, TOKEN = "example/llama", "shown"


@pytest.fixture
def hub() -> Hub:
    return Hub(MODEL, "main", TOKEN)


def _json(hub: Hub, path: str) -> object:
    status, body = hub.answer(path, f"Bearer {TOKEN}")
    assert status == HTTPStatus.OK
    return json.loads(body)


@pytest.mark.parametrize("revision", ["main", LATER])
def test_every_file_of_a_commit_is_listed_with_its_checksum_and_can_be_had(hub: Hub, revision: str) -> None:
    details = _json(hub, f"/api/models/{MODEL}/revision/{revision}")
    assert isinstance(details, dict)
    listed = _json(hub, f"/api/models/{MODEL}/tree/{details['sha']}")
    assert isinstance(listed, list)
    for file in listed:
        status, content = hub.answer(f"/{MODEL}/resolve/{details['sha']}/{file['path']}", f"Bearer {TOKEN}")
        blob = f"blob {len(content)}\0".encode() + content
        assert (status, file["size"]) == (HTTPStatus.OK, len(content))
        assert file["oid"] == hashlib.sha1(blob, usedforsecurity=False).hexdigest()
    assert hub.sent == [file["path"] for file in listed]


def test_the_later_revision_is_another_commit_with_other_weights_alone(hub: Hub) -> None:
    first, later = hub.files("main"), hub.files(LATER)
    assert hub.commit("main") != hub.commit(LATER)
    assert [path for path in first if first[path] != later[path]] == ["model.safetensors"]
    assert first.keys() == later.keys()


@pytest.mark.parametrize(
    ("path", "shown", "status"),
    [
        (f"/api/models/{MODEL}/revision/main", "", HTTPStatus.UNAUTHORIZED),
        (f"/api/models/{MODEL}/revision/main", "Bearer another", HTTPStatus.UNAUTHORIZED),
        (f"/api/models/{MODEL}/revision/another", f"Bearer {TOKEN}", HTTPStatus.NOT_FOUND),
        ("/api/models/example/another/revision/main", f"Bearer {TOKEN}", HTTPStatus.NOT_FOUND),
    ],
)
def test_it_refuses_who_shows_no_token_and_what_is_not_there(
    hub: Hub, path: str, shown: str, status: HTTPStatus
) -> None:
    assert hub.answer(path, shown)[0] == status


def test_it_is_served_on_loopback_for_as_long_as_it_is_needed(hub: Hub) -> None:
    with serving(hub) as address:
        assert address.startswith("http://127.0.0.1:")
        asked = HTTPConnection(address.removeprefix("http://"))
        for headers, status in (({"Authorization": f"Bearer {TOKEN}"}, HTTPStatus.OK), ({}, HTTPStatus.UNAUTHORIZED)):
            asked.request("GET", f"/api/models/{MODEL}/revision/main?a=b", headers=headers)
            answer = asked.getresponse()
            assert (answer.status, "id" in json.load(answer)) == (status, status == HTTPStatus.OK)
            asked.close()
