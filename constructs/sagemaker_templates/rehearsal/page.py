"""A rehearsal's report as one HTML page, which needs nothing beside it: no script, no font, no picture."""

from collections.abc import Iterator
from html import escape

from sagemaker_templates.rehearsal.report import Report
from sagemaker_templates.rehearsal.rights_used import RoleRights

_STYLE = """\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
div { overflow-x: auto; }
h3 { margin-bottom: .3rem; }
code, td { overflow-wrap: anywhere; }
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
            *_refused(report),
            *_rights(report),
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


def _refused(report: Report) -> Iterator[str]:
    if report.refused:
        items = "".join(f'<li class="failed">{escape(message)}</li>' for message in report.refused)
        yield f"<h2>What was refused</h2>\n<ul>{items}</ul>"


def _rights(report: Report) -> Iterator[str]:
    if report.roles:
        yield "<h2>What each role used of its rights</h2>"
    for role in report.roles:
        yield f"<h3>{escape(role.role)} in {escape(role.account)}</h3>"
        if role.used:
            yield from _used(role)
        if role.unused:
            unused = ", ".join(f"<code>{escape(one.action)}</code> ({escape(one.statement)})" for one in role.unused)
            yield f"<p>Nothing here has used: {unused}.</p>"


def _used(role: RoleRights) -> Iterator[str]:
    yield _head("Right", "on", "through")
    for used in role.used:
        resources = "<br>".join(map(escape, used.resources))
        cells = (f"<code>{escape(used.action)}</code>", resources, escape(used.via or ""))
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    yield _FOOT


def _head(*columns: str) -> str:
    cells = "".join(f'<th scope="col">{column}</th>' for column in columns)
    return f"<div><table>\n<thead><tr>{cells}</tr></thead>\n<tbody>"


_FOOT = "</tbody></table></div>"
