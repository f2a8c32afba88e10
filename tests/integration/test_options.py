"""Every golden case with remote state is what Terraform can create, finds unchanged, and can remove again.

The shipped environments have a test of their own; the JSON applied here is the one that is reviewed as golden.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from site_on_emulator import Site, apply_and_plan_again, destroy

GOLDEN = Path(__file__).parents[1] / "unit" / "golden"

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]

APPLIED = sorted(path.name for path in GOLDEN.iterdir() if (path / "apply").exists())


@pytest.mark.parametrize("case", APPLIED)
def test_a_case_is_applied_stays_as_planned_and_can_be_destroyed(
    make_site: Callable[[Path], Site], case: str
) -> None:
    site = make_site(GOLDEN / case / "environments")
    for plan in site.plans:
        apply_and_plan_again(site.terraform(plan))
    for plan in site.plans:
        if plan.project:
            site.assert_seeded(plan.project)
    for plan in reversed(site.plans):
        destroy(site.terraform(plan))
