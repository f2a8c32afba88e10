"""A rehearsal as somebody starts it, and the lines that it showed."""

import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from rich.console import Console
from sagemaker_templates.rehearsal.run import Wanted, rehearse
from terraform_starter import Missing
from trained_model import seed_python

ROOT = Path(__file__).parents[3]
_LINE = re.compile(r"^ +[\d.]+ s  (ok|FAILED|left out) +(\d{12})  (\S+) +(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Rehearsed:
    """What was printed.

    Attributes:
        report: as Markdown, with nothing escaped.
        lines: outcome, account, role and what was done, of each moment.
    """

    printed: str
    report: str
    lines: tuple[tuple[str, str, str, str], ...]

    @property
    def by_roles(self) -> list[tuple[str, str]]:
        """What the roles did, in its order; what the administrator does is not among it."""
        return [(role, what) for _, _, role, what in self.lines if role != "administrator"]

    @property
    def told(self) -> list[str]:
        """What the administrator did and saw."""
        return [what for _, _, role, what in self.lines if role == "administrator"]

    @property
    def left_out(self) -> list[str]:
        """What was not rehearsed."""
        return [what for outcome, _, _, what in self.lines if outcome == "left out"]

    def used_by(self, role: str) -> str:
        """What the report says of a role's rights that were used."""
        return self.report.partition(f"\n### {role} in ")[2].partition("\nNothing here has used")[0]

    def assert_done(self, by_roles: list[tuple[str, str]]) -> None:
        """Each step was taken by its role, began with these words, and nothing failed or was refused."""
        assert [role for role, _ in self.by_roles] == [role for role, _ in by_roles]
        for (_, what), (_, begins) in zip(self.by_roles, by_roles, strict=True):
            assert what.startswith(begins)
        assert {outcome for outcome, *_ in self.lines} <= {"ok", "left out"}
        assert "refused" not in self.printed


def rehearsed(
    scope: str,
    folder: Path,
    missing: Missing,
    environments: Path = ROOT / "environments",
    python: Path | None = None,
    *,
    model_python: Path | None = None,
) -> Rehearsed:
    """Rehearse a project with a Python, by default the seeds' own; it has to succeed.

    Args:
        model_python: that language models are loaded with.
    """
    python = python or seed_python()
    if python is None:
        missing("there is no environment of the seeds: set SEED_PYTHON to its Python")
    shown = StringIO()
    report = folder / "report"
    wanted = Wanted(
        scope,
        environments,
        folder / "out",
        python,
        container_python=None,
        model_python=model_python,
        report=report,
    )
    rehearse(Console(file=shown, width=400), wanted)
    text = (report / "rehearsal.md").read_text(encoding="utf-8").replace("\\", "")
    return Rehearsed(shown.getvalue(), text, tuple(_LINE.findall(shown.getvalue())))
