"""Every golden case with remote state is what Terraform can create, finds unchanged, and can remove again.

The shipped environments have a test of their own; the JSON applied here is the one that is reviewed as golden.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from site_on_emulator import Site, apply_and_plan_again, at_once, destroy

GOLDEN = Path(__file__).parents[1] / "unit" / "golden"

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]

APPLIED = sorted(path.name for path in GOLDEN.iterdir() if (path / "apply").exists())


@pytest.mark.parametrize("case", APPLIED)
def test_a_case_is_applied_stays_as_planned_and_can_be_destroyed(
    make_site: Callable[[Path], Site], case: str
) -> None:
    site = make_site(GOLDEN / case / "environments")
    projects = [plan for plan in site.plans if plan.project]
    needed = [plan for plan in site.plans if not plan.project]
    for plans in (needed, projects):
        at_once(lambda plan: apply_and_plan_again(site.terraform(plan)), plans)
    for plan in projects:
        if plan.project:
            site.assert_seeded(plan.project)
    for plans in (projects, needed):
        at_once(lambda plan: destroy(site.terraform(plan)), plans)
