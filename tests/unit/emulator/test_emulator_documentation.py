"""The emulator's page names every operation whose reply is ours, so that nobody takes it for AWS's behaviour."""

from pathlib import Path

import pytest
from sagemaker_templates.emulator.supplement import (
    application_autoscaling,
    codebuild,
    codecommit,
    codepipeline,
    connections,
    lambda_functions,
    logs,
    sagemaker,
)
from sagemaker_templates.emulator.supplement.contract import Supplement

PAGE = Path(__file__).parents[3] / "docs" / "emulator.md"
SUPPLEMENTS = [
    application_autoscaling.supplement(),
    codebuild.supplement(),
    codecommit.supplement(),
    codepipeline.supplement(),
    lambda_functions.supplement(),
    logs.supplement(),
    sagemaker.supplement(),
    *connections.supplements(connections.Connections()),
]


@pytest.mark.parametrize("supplement", SUPPLEMENTS, ids=lambda supplement: str(supplement.service))
def test_the_page_names_every_reply_that_is_ours(supplement: Supplement) -> None:
    page = PAGE.read_text()
    operations = {*supplement.answers, *supplement.corrections}
    assert operations
    assert sorted(name for name in operations if f"`{name}`" not in page) == []
