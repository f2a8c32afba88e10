"""Asking everything, side by side, within a time that somebody waits."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sagemaker_templates.doctor.account import Account, NotAllowed, NotAnswered, Refused
from sagemaker_templates.doctor.catalogue import TOPICS
from sagemaker_templates.doctor.contract import Asked, Check, Topic
from sagemaker_templates.doctor.git_host import GitHost, HostNotAnswered, git_host
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Finding, Status, Verdict, failed, unknown
from sagemaker_templates.operations.aws_clients import Clients, clients
from sagemaker_templates.settings.model import DeployRole, Repository

_ATTEMPTS = 4
_WORKERS = 8
_SECONDS = 120.0


def _clients(role: DeployRole | None, region: str) -> Clients:
    return clients(role, region, attempts=_ATTEMPTS)


@dataclass(frozen=True)
class Examination:
    """How sites are examined.

    Attributes:
        clients: with the credentials of an environment: its deploy role's, or those of whoever asks.
        host: what asks the host of a repository with a token.
        seconds: how long all of it may take; what was not answered by then says so.
    """

    clients: Callable[[DeployRole | None, str], Clients] = _clients
    host: Callable[[Repository, str], GitHost] = git_host
    seconds: float = _SECONDS
    topics: Sequence[Topic[Any]] = field(default=TOPICS)

    def findings(self, sites: Sequence[Site], progress: Callable[[str], None] = lambda what: None) -> list[Finding]:
        """Ask everything of every site; in the order of sites, topics and things, whoever answers first."""
        deadline = time.monotonic() + self.seconds
        asked = [self._asked(site) for site in sites]
        first = [_Inquiry(one, topic, thing) for one in asked for topic, thing in self._things(one, decides=True)]
        found = _side_by_side(first, deadline, progress)
        refused = {one.asked.site.environment.name for one, lines in zip(first, found, strict=True) if _stops(lines)}
        usable = [one for one in asked if one.site.environment.name not in refused]
        rest = [_Inquiry(one, topic, thing) for one in usable for topic, thing in self._things(one, decides=False)]
        found += _side_by_side(rest, deadline, progress)
        order = [site.environment.name for site in sites]
        return sorted((line for lines in found for line in lines), key=lambda line: order.index(line.environment))

    def _asked(self, site: Site) -> Asked:
        environment = site.environment
        account = Account(self.clients(environment.deploy_role, environment.region), environment.region)
        return Asked(site, account, self.host)

    def _things(self, asked: Asked, *, decides: bool) -> Iterator[tuple[Topic[Any], Any]]:
        for topic in self.topics:
            if topic.decides is decides:
                for thing in _distinct(topic.things(asked.site)):
                    yield topic, thing


def _distinct(things: Iterable[Any]) -> list[Any]:
    """Each of them once: projects share most of what they need."""
    found: list[Any] = []
    for thing in things:
        if thing not in found:
            found.append(thing)
    return found


def _stops(lines: Sequence[Finding]) -> bool:
    """Whether nothing else is to be asked of a site: the first question is who asks, and decides."""
    return lines[0].verdict.status is not Status.PASSED or any(one.verdict.status is Status.FAILED for one in lines)


@dataclass(frozen=True)
class _Inquiry:
    """One thing, with all that is asked about it, one after the other."""

    asked: Asked
    topic: Topic[Any]
    thing: Any

    def findings(self) -> list[Finding]:
        lines: list[Finding] = []
        for check in self.topic.checks:
            verdict = _verdict(check, self.asked, self.thing)
            lines.append(self._line(check, verdict))
            if check.decides and verdict.status is not Status.PASSED:
                break
        return lines

    def unanswered(self) -> list[Finding]:
        """What is said where the time was over."""
        return [self._line(self.topic.checks[0], unknown("no answer in time: is there a way from here to it?"))]

    def _line(self, check: Check, verdict: Verdict) -> Finding:
        return Finding(self.asked.site.environment.name, self.topic.label(self.thing), check.title, verdict)


def _verdict(check: Check, asked: Asked, thing: Any) -> Verdict:
    try:
        return check.ask(asked, thing)
    except NotAllowed:
        return unknown(f"may not be asked with these credentials: {check.title}", f"needs {', '.join(check.rights)}")
    except Refused as refused:
        return unknown(f"AWS answers {refused.code}: {refused}")
    except (NotAnswered, HostNotAnswered) as reason:
        return unknown(str(reason))


def _side_by_side(
    inquiries: Sequence[_Inquiry], deadline: float, progress: Callable[[str], None]
) -> list[list[Finding]]:
    """Work in threads that end with this process: nothing waits for a connection that hangs, Ctrl-C least of all."""
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, list[Finding]]] = queue.SimpleQueue()
    for number in range(len(inquiries)):
        waiting.put(number)

    def work() -> None:
        while time.monotonic() < deadline:
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            done.put((number, _whatever_comes(inquiries[number])))

    for _ in range(min(_WORKERS, len(inquiries))):
        threading.Thread(target=work, daemon=True).start()
    found: dict[int, list[Finding]] = {}
    while len(found) < len(inquiries):
        progress(inquiries[min(set(range(len(inquiries))) - set(found))].topic.name)
        try:
            number, lines = done.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        found[number] = lines
    return [found[number] if number in found else one.unanswered() for number, one in enumerate(inquiries)]


def _whatever_comes(inquiry: _Inquiry) -> list[Finding]:
    """A fault of a check's own takes no other with it; its words are not shown, for a secret may be in them."""
    try:
        return inquiry.findings()
    except Exception as error:  # whatever a reply of another form leads to
        verdict = failed(f"the check itself failed ({type(error).__name__})", "please report it, with the version")
        return [inquiry._line(inquiry.topic.checks[0], verdict)]
