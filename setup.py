"""What pyproject.toml cannot say: seeds and CI examples lie beside the package, and travel inside it.

Settings of the package are in pyproject.toml. An editable install reads both from the checkout.
"""

import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "constructs"))

from sagemaker_templates.seeds import copy_seeds  # noqa: E402 - found through the line above


class BuildWithSeeds(build_py):
    """Put ``seed/`` and ``examples/ci/`` into the built package."""

    def run(self) -> None:
        """Build as always, then copy both; what an earlier build has left there goes."""
        super().run()
        if not self.editable_mode:
            packaged = Path(self.build_lib) / "sagemaker_templates" / "seed"
            shutil.rmtree(packaged, ignore_errors=True)
            copy_seeds(ROOT / "seed", packaged)
            examples = Path(self.build_lib) / "sagemaker_templates" / "adoption" / "ci"
            shutil.rmtree(examples, ignore_errors=True)
            shutil.copytree(ROOT / "examples" / "ci", examples)


setup(cmdclass={"build_py": BuildWithSeeds})
