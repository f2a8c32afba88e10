"""checkov's own configuration, so that a plain ``checkov -d cdktf.out`` comes to the scan's verdict."""

import json
import os
from collections import defaultdict
from pathlib import Path

import yaml

from sagemaker_templates.review.scan import POLICIES, Scan

CONFIG = ".checkov.yaml"
BASELINE = ".checkov.baseline"
_HEADER = "# Written by `sagemaker-templates scan --write-config`.\n"


def checkov_config(scan: Scan, folder: Path) -> dict[str, str]:
    """The two files by name: the options, and what is waived, resource by resource, as checkov's baseline.

    Args:
        folder: where the files will lie, and checkov will be run.
    """
    options = {
        "framework": ["terraform_json"],
        "skip-download": True,
        "compact": True,
        "quiet": True,
        "external-checks-dir": [Path(os.path.relpath(POLICIES, folder.absolute())).as_posix()],
        "baseline": BASELINE,
    }
    config = _HEADER + yaml.safe_dump(options, sort_keys=False)
    return {CONFIG: config, BASELINE: json.dumps(_baseline(scan), indent=2) + "\n"}


def _baseline(scan: Scan) -> dict[str, object]:
    files: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for record in scan.reports[0].skipped_checks:
        files[record.file_path][record.resource].append(record.check_id)
    return {
        "failed_checks": [
            {
                "file": file,
                "findings": [
                    {"resource": resource, "check_ids": sorted(checks)} for resource, checks in sorted(found.items())
                ],
            }
            for file, found in sorted(files.items())
        ]
    }
