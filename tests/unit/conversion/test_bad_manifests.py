"""Every mistake in a manifest gives one clear line, and exactly that line (the cases are in bad_manifests.yaml)."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from conversion.manifest_files import BUCKET, said
from sagemaker_templates.settings.regions import source

CASES = yaml.safe_load(Path(__file__).with_name("bad_manifests.yaml").read_text(encoding="utf-8"))
BOTOCORE = source().removeprefix("botocore ")


@pytest.mark.parametrize("case", CASES, ids=[case["promise"] for case in CASES])
def test_a_bad_manifest_gives_exactly_these_lines_and_writes_nothing(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ACCOUNT", "REGION", "PART"):
        monkeypatch.delenv(name, raising=False)
    if case["manifest"]:
        Path("modules.yaml").write_text(case["manifest"])
    run = said(capsys, "modules.yaml", *case.get("options", BUCKET))
    lines = [line for line in run.errors.splitlines() if not line.endswith("nothing was written")]
    assert (run.code, run.output) == (2, "")
    assert lines == [line.replace("BOTOCORE", BOTOCORE) for line in case["lines"]]
    assert not Path("environments").exists()
