"""Who interrupts a plan is told which stacks were not planned."""

from pathlib import Path

import pytest
from builders import an_environment
from sagemaker_templates.interruption import Interrupted
from sagemaker_templates.operations.engine import find_engine
from sagemaker_templates.operations.mirror import ProviderSource
from sagemaker_templates.review.plan.planning import Planner
from sagemaker_templates.stacks.synthesis import StackPlan


def test_the_stacks_that_were_not_planned_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_planner: Planner, _plan: StackPlan, *_: object) -> None:
        raise Interrupted(15)

    monkeypatch.setattr(Planner, "_planned", interrupted)
    planner = Planner(find_engine, ProviderSource(tmp_path, "nowhere"), tmp_path)
    with pytest.raises(Interrupted) as stopped:
        planner.review([StackPlan(name, an_environment()) for name in ("first", "second")])
    assert str(stopped.value).splitlines() == [
        "interrupted (SIGTERM): what ran was ended, nothing further was started",
        "not planned: first, second",
    ]
