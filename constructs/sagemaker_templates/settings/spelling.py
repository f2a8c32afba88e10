"""How values are shown in messages, and which right spelling is nearest to a wrong one."""

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST_SHOWN = 80
_TOKEN = re.compile(
    r"(?:gh[pousr]_|hf_)[A-Za-z0-9]{30,}|github_pat_\w{40,}|\bgl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|oas)-[\w-]{20,}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\bAIza[\w-]{35}|\bGOCSPX-[\w-]{28}"
    r"|\bxox[abeoprs]-[\w-]{20,}|\bxapp-[0-9]-[\w-]{20,}|\bnpm_[A-Za-z0-9]{36}|\bpypi-[\w-]{50,}|\bdckr_pat_[\w-]{27,}"
    r"|\bsk-(?=[\w-]*[0-9])[\w-]{40,}|\b[rs]k_live_[A-Za-z0-9]{20,}|\bSG\.[\w-]{22}\.[\w-]{43}|\bdapi[0-9a-f]{32}"
    r"|\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}|\bhv[brs]\.[\w-]{24,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    re.ASCII,
)
"""Tokens and keys that tell what they are by how they begin; ``review/policies/inline_secrets.py`` has the same."""


def holds_token(text: str) -> bool:
    """Whether the text holds what looks like an access token or a private key."""
    return _TOKEN.search(text) is not None


def quoted(text: str) -> str:
    """The text in double quotes, on one line, cut when long and without any access token."""
    hidden = without_tokens(text)
    short = hidden if len(hidden) <= _LONGEST_SHOWN else hidden[:_LONGEST_SHOWN] + "…"
    return json.dumps(short, ensure_ascii=False)


def without_tokens(text: str) -> str:
    """The text without any access token."""
    return _TOKEN.sub("(token, not shown)", text)


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
