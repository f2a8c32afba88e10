"""What a topic is made of: the things that it looks at, and the checks that are made of each of them.

A check is one function. Its docstring says why it is made, and stands on the page; so do its rights and its source.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import Any, Generic, TypeVar

from sagemaker_templates.doctor.account import Account
from sagemaker_templates.doctor.git_host import GitHost
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.verdict import Verdict
from sagemaker_templates.settings.model import Repository

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Asked:
    """Whom a check can ask.

    Attributes:
        host: makes what asks the host of a repository with a token.
    """

    site: Site
    account: Account
    host: Callable[[Repository, str], GitHost]


Ask = Callable[[Asked, Any], Verdict]


@dataclass(frozen=True)
class Check:
    """One question about a thing.

    Attributes:
        title: what must be so, in a few words; no other check has it.
        why: one sentence or two, without markup.
        rights: of AWS, that asking takes.
        source: the page that states the rule.
        decides: whether nothing else is asked about a thing of which this is not so.
    """

    title: str
    why: str
    rights: tuple[str, ...]
    source: str
    ask: Ask
    decides: bool = False


def check(
    title: str, *, source: str, rights: Sequence[str] = (), decides: bool = False
) -> Callable[[Callable[[Asked, Thing], Verdict]], Check]:
    """Make a check of a function that is given whom to ask and the thing, and returns the verdict.

    ``Refused`` and ``NotAnswered`` may leave the function: they make a line of what could not be asked.
    """

    def made(ask: Callable[[Asked, Thing], Verdict]) -> Check:
        why = " ".join(cleandoc(ask.__doc__ or "").split())
        return Check(title, why, tuple(rights), source, ask, decides)

    return made


@dataclass(frozen=True)
class Topic(Generic[Thing]):
    """A kind of thing.

    Attributes:
        name: of the kind, in the plural or as a whole, as the page has it.
        things: those that a site has need of; alike ones count once.
        label: what one of them is called in the report.
        decides: whether nothing else is asked of a site whose things are not all as they must be.
    """

    name: str
    things: Callable[[Site], Iterable[Thing]]
    label: Callable[[Thing], str]
    checks: tuple[Check, ...] = field(default=())
    decides: bool = False
