"""A team's repository besides its settings: what runs the package, and what keeps a checkout in order."""

import json
from collections.abc import Mapping

from sagemaker_templates.adoption.package_requirement import requirement
from sagemaker_templates.optional_packages import CHECKOV_TESTED

MAIN = '''\
"""The CDKTF app: reads ``environments/``, writes Terraform JSON to CDKTF_OUTDIR (``cdktf.out``).

Options and exit codes are those of ``sagemaker-templates synth``.
"""

import sys

from sagemaker_templates.cli import main

if __name__ == "__main__":
    main(["synth", *sys.argv[1:]])
'''

IGNORED = """\
.venv/
__pycache__/
*.pyc
.terraform/
terraform-state/
*.tfstate
*.tfstate.*
"""

ATTRIBUTES = """\
# Lines end the same everywhere: hashes in cdktf.out are taken from bytes, and a clone with core.autocrlf=true would
# change them.
* text=auto eol=lf
*.whl binary
"""

PRE_COMMIT = """\
# The hooks use the sagemaker-templates on the PATH: activate .venv first, so that a commit and CI are judged alike.
repos:
- repo: local
  hooks:
  - id: sagemaker-templates-validate
    name: environments are valid
    entry: sagemaker-templates validate
    language: system
    files: (^|/)environments/
    pass_filenames: false
  - id: sagemaker-templates-synth-check
    name: cdktf.out is what the settings say
    entry: sagemaker-templates synth --check
    language: system
    files: (^|/)(environments|cdktf\\.out)/|(^|/)requirements\\.txt$
    pass_filenames: false
"""


def team_files(package: str) -> Mapping[str, str]:
    """The texts of the files by name.

    Args:
        package: the requirement of this package, as ``package_requirement.unpinned`` allows it.
    """
    return {
        ".gitattributes": ATTRIBUTES,
        ".gitignore": IGNORED,
        ".pre-commit-config.yaml": PRE_COMMIT,
        "cdktf.json": json.dumps(CDKTF, indent=2) + "\n",
        "main.py": MAIN,
        "requirements.txt": _requirements(package),
    }


CDKTF = {
    "language": "python",
    "app": "python main.py",
    "projectId": "sagemaker-templates",
    "sendCrashReports": "false",
    "terraformProviders": [],
    "terraformModules": [],
    "codeMakerOutput": "imports",
    "context": {"excludeStackIdFromLogicalIds": "true", "allowSepCharsInLogicalIds": "true"},
}
"""As the project itself has it."""


def _requirements(package: str) -> str:
    return (
        "# The version that every colleague and CI have. To move to another: change it, `synth`, review the diff.\n"
        f"{requirement(package)}\n"
        "# For `sagemaker-templates scan`.\n"
        f"{CHECKOV_TESTED}\n"
    )
