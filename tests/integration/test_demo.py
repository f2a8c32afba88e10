"""``make demo`` shows the whole product: applied, unchanged by a second plan, and gone again."""

import re
import socket
from pathlib import Path

import pytest
from made import made
from terraform_starter import Missing

pytestmark = [pytest.mark.terraform, pytest.mark.emulator]


@pytest.mark.usefixtures("terraform_engine")
def test_the_demo_applies_everything_plans_nothing_more_and_cleans_up(tmp_path: Path, missing: Missing) -> None:
    printed = made(tmp_path / "out", missing, "demo")
    stacks = sorted(path.name for path in (tmp_path / "out" / "stacks").iterdir())
    assert sorted(re.findall(r"^  (\S+) +planned again: no changes$", printed, re.MULTILINE)) == stacks
    assert "CHANGES" not in printed
    address = re.search(r"AWS at http://127\.0\.0\.1:(\d+), .*; it goes at the end", printed)
    assert address
    assert not _listens(int(address[1]))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
