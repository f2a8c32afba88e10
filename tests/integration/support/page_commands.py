"""The commands that a page shows."""

import re
from pathlib import Path


def commands(page: Path) -> list[str]:
    """The lines of a page's shell blocks, comments left out."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    lines = [re.sub(r"\s+#.*", "", line).strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]
