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
    return _synthesis(configuration, environments, output).write(progress)


def render_stacks(configuration: Configuration, *, environments: Path, output: Path, folder: Path) -> None:
    """Write to the empty ``folder`` what ``write_stacks`` would write to ``output``, byte for byte."""
    _synthesis(configuration, environments, output).render(folder)


def _synthesis(configuration: Configuration, environments: Path, output: Path) -> Synthesis:
    return Synthesis(configuration, all_templates(), environments.absolute().parent, output.absolute())
