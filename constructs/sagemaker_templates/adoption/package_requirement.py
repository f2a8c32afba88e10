"""How a team's requirements name this package: in one fixed version, from where it was installed if that is known."""

import json
import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sagemaker_templates.settings.spelling import quoted

NAME = "sagemaker-templates"
_VERSION = re.compile(rf"{NAME}==[0-9][0-9A-Za-z.+!-]*")
_WHEEL = re.compile(r"[^\s;#]+\.whl")
_TAGGED = re.compile(r"git\+[a-z]+://[^\s;#]+/[^\s;#@]+@[^\s;#@]+")
_CREDENTIAL = re.compile(r"//[^/@]*:[^/@]*@")
_ALLOWED = f"{NAME}==VERSION, git+https://HOST/PATH@TAG, or the path or URL of a wheel"


def unpinned(text: str) -> str | None:
    """Say what is wrong with a requirement; None where it names one version of this package."""
    if _CREDENTIAL.search(text):
        return "the address holds a credential, which would stand in a file; let git or pip get it elsewhere"
    if any(form.fullmatch(text) for form in (_VERSION, _WHEEL, _TAGGED)):
        return None
    return f"{quoted(text)} is no fixed version; allowed: {_ALLOWED}"


def requirement(text: str) -> str:
    """A line of ``requirements.txt`` for what ``unpinned`` finds nothing wrong with."""
    if "://" in text:
        return f"{NAME} @ {text}"
    return text if _VERSION.fullmatch(text) or text.startswith((".", "/")) else f"./{text}"


def installed_from(folder: Path) -> str:
    """What this installation came from, as a colleague's machine can have it as well.

    A git repository at its commit or a wheel's URL; a wheel inside ``folder``, by its path there; else the version
    (https://packaging.python.org/en/latest/specifications/direct-url/).
    """
    try:
        here = distribution(NAME)
    except PackageNotFoundError:  # run from a source folder that nobody installed
        return f"{NAME}==0"
    origin: dict[str, Any] = json.loads(here.read_text("direct_url.json") or "{}")
    found = _from_origin(origin, folder.resolve())
    return found if found and unpinned(found) is None else f"{NAME}=={here.version}"


def _from_origin(origin: dict[str, Any], folder: Path) -> str | None:
    url = str(origin.get("url", ""))
    if revision := origin.get("vcs_info", {}).get("commit_id"):
        return f"git+{url}@{revision}"
    if not url.startswith("file:"):
        return url
    file = Path(unquote(urlsplit(url).path))
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else None
