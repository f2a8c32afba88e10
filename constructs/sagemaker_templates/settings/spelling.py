"""How values are shown in messages, and which right spelling is nearest to a wrong one."""

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST_SHOWN = 80
# https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
_TOKEN = re.compile(r"(?:gh[pousr]_|hf_)[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}")


def holds_token(text: str) -> bool:
    """Whether the text holds what looks like an access token of GitHub or Hugging Face."""
    return _TOKEN.search(text) is not None


def quoted(text: str) -> str:
    """The text in double quotes, on one line, cut when long and without any access token."""
    hidden = _TOKEN.sub("(token, not shown)", text)
    short = hidden if len(hidden) <= _LONGEST_SHOWN else hidden[:_LONGEST_SHOWN] + "…"
    return json.dumps(short, ensure_ascii=False)


def did_you_mean(wrong: str, right: Iterable[str]) -> str:
    """The end of a message: ``; did you mean "…"?``, or nothing where no spelling is near."""
    near = nearest(wrong, right)
    return f'; did you mean "{near}"?' if near else ""


def nearest(wrong: str, right: Iterable[str]) -> str | None:
    """The right spelling nearest to a wrong one, None where none is near."""
    folded = _folded(wrong)
    by_folded = {_folded(candidate): candidate for candidate in right}
    found = get_close_matches(folded, by_folded, n=3, cutoff=0.7)
    # Two letters that changed places are the likelier slip than one that became another.
    found.sort(key=lambda candidate: sorted(candidate) != sorted(folded))
    return by_folded[found[0]] if found else None


def _folded(text: str) -> str:
    return text.lower().replace("_", "-")
