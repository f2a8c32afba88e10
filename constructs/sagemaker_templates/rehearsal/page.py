"""A rehearsal's report as one HTML page, which needs nothing beside it: no script, no font, no picture."""

from collections.abc import Iterator
from html import escape

from sagemaker_templates.rehearsal.report import Report

_STYLE = """\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
div { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .4rem .6rem; }
th, td { text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.failed { color: light-dark(#a40000, #ff8a80); font-weight: bold; }
.left-out { color: light-dark(#7a5200, #ffcf66); }
"""


def as_page(report: Report) -> str:
    """Return the page; all that comes from settings or logs is escaped."""
    title = escape(f"Rehearsal of {report.scope}")
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>",
            f"<h1>{title}</h1>\n<p>{escape(report.verdict)}</p>",
            *_timeline(report),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _timeline(report: Report) -> Iterator[str]:
    yield f"<h2>Timeline</h2>\n{_head('Seconds', 'Account', 'Role', 'What', 'Outcome')}"
    for moment in report.moments:
        cells = "".join(f"<td>{escape(each)}</td>" for each in (moment.account, moment.role, moment.what))
        outcome = f'<td class="{moment.outcome.replace(" ", "-")}">{escape(moment.outcome)}</td>'
        yield f'<tr><td class="number">{moment.seconds:.1f}</td>{cells}{outcome}</tr>'
    yield _FOOT


def _head(*columns: str) -> str:
    cells = "".join(f'<th scope="col">{column}</th>' for column in columns)
    return f"<div><table>\n<thead><tr>{cells}</tr></thead>\n<tbody>"


_FOOT = "</tbody></table></div>"
