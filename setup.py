"""What pyproject.toml cannot say: the seed repositories lie beside the package, and travel inside it.

Settings of the package are in pyproject.toml. An editable install reads the seeds from the checkout.
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
    """Put ``seed/`` into the built package."""

    def run(self) -> None:
        """Build as always, then copy the seeds; what an earlier build has left there goes."""
        super().run()
        if not self.editable_mode:
            packaged = Path(self.build_lib) / "sagemaker_templates" / "seed"
            shutil.rmtree(packaged, ignore_errors=True)
            copy_seeds(ROOT / "seed", packaged)


setup(cmdclass={"build_py": BuildWithSeeds})
