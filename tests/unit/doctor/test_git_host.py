"""The token goes to its host and nowhere else, and a host that does not answer is told in a line."""

import pytest
from github_on_loopback import Answer, GitHubOnLoopback, github_on_loopback
from sagemaker_templates.doctor.git_host import GitHost, HostNotAnswered, git_host
from sagemaker_templates.settings.model import Repository

TOKEN = "a-planted-value"


@pytest.mark.parametrize(
    ("base_url", "address"),
    [(None, "https://api.github.com"), ("https://github.example.com", "https://github.example.com/api/v3")],
)
def test_github_and_an_enterprise_server_have_their_apis_elsewhere(base_url: str | None, address: str) -> None:
    host = git_host(Repository("GitHub", owner="o", base_url=base_url), TOKEN)
    assert host.address == address
    assert TOKEN not in repr(host)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer({}, 502), "answers 502"),
        (Answer({}, 403, {"X-RateLimit-Remaining": "0"}), "takes no more requests"),
        (Answer({"message": "You have exceeded a secondary rate limit"}, 403), "takes no more requests"),
    ],
)
def test_a_host_that_cannot_answer_now_is_asked_later(answer: Answer, said: str) -> None:
    with github_on_loopback(TOKEN) as github:
        github.answers["/user"] = answer
        with pytest.raises(HostNotAnswered, match=said):
            GitHost(github.url, TOKEN).get("user")


def test_the_token_follows_no_redirection() -> None:
    with github_on_loopback(TOKEN) as elsewhere, github_on_loopback(TOKEN) as github:
        github.answers["/user"] = Answer({}, 302, {"Location": f"{elsewhere.url}/user"})
        reply = GitHost(github.url, TOKEN).get("user")
        assert (reply.status, reply.ok, elsewhere.asked) == (302, False, [])


def _gone() -> GitHubOnLoopback:
    with github_on_loopback(TOKEN) as github:
        return github


@pytest.mark.parametrize("token", [TOKEN, "with a\nline"])
def test_a_host_that_is_not_there_and_a_token_that_cannot_be_sent_show_no_token(token: str) -> None:
    with pytest.raises(HostNotAnswered) as raised:
        GitHost(_gone().url, token).get("user")
    assert token not in str(raised.value)
    assert "\n" not in str(raised.value)
