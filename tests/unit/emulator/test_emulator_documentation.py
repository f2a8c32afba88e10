"""The emulator's page names every operation whose reply is ours, so that nobody takes it for AWS's behaviour."""

from pathlib import Path

import pytest
from sagemaker_templates.emulator.supplement.contract import Supplement
from supplements import SUPPLEMENTS

PAGE = Path(__file__).parents[3] / "docs" / "emulator.md"


@pytest.mark.parametrize("supplement", SUPPLEMENTS, ids=lambda supplement: str(supplement.service))
def test_the_page_names_every_reply_that_is_ours(supplement: Supplement) -> None:
    page = PAGE.read_text()
    operations = {*supplement.answers, *supplement.corrections}
    assert operations
    assert sorted(name for name in operations if f"`{name}`" not in page) == []
