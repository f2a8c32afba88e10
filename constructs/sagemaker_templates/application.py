"""The CDKTF app as one call."""

from collections.abc import Callable
from pathlib import Path

from sagemaker_templates.settings import Configuration
from sagemaker_templates.stacks.synthesis import Synthesis
from sagemaker_templates.templates.registry import all_templates


def write_stacks(
    configuration: Configuration,
    *,
    environments: Path,
    output: Path,
    progress: Callable[[str], None] = lambda stack: None,
) -> list[Path]:
    """Synthesize every stack of a configuration that was read from ``environments`` below ``output``."""
    synthesis = Synthesis(configuration, all_templates(), environments.absolute().parent, output.absolute())
    return synthesis.write(progress)
