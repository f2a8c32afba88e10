"""What is missing is skipped on a laptop and fails in CI."""

from collections.abc import Callable
from typing import NoReturn

import pytest


def test_a_missing_tool_is_skipped(missing: Callable[[str], NoReturn], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUIRE_INTEGRATION", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Terraform engine"):
        missing("no Terraform engine")


def test_a_missing_tool_fails_where_everything_must_run(
    missing: Callable[[str], NoReturn], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUIRE_INTEGRATION", "1")
    with pytest.raises(pytest.fail.Exception, match="no Terraform engine"):
        missing("no Terraform engine")
