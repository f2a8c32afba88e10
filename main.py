"""The CDKTF app: reads ``environments/``, writes Terraform JSON to CDKTF_OUTDIR (``cdktf.out``).

Options and exit codes are those of ``sagemaker-templates synth``.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "constructs"))

from sagemaker_templates.cli import main

if __name__ == "__main__":
    main(["synth", *sys.argv[1:]])
