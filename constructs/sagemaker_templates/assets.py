"""Files that lie beside a stack's JSON and that it refers to by a path relative to itself."""

import base64
import hashlib
from dataclasses import dataclass

FOLDER = "assets"


@dataclass(frozen=True)
class Asset:
    """One file of a stack.

    Attributes:
        name: file name below the stack's ``assets/``.
        content: its bytes; the same input must give the same bytes on any machine.
    """

    name: str
    content: bytes

    @property
    def terraform_path(self) -> str:
        """How the stack's JSON names the file, wherever the folder lies."""
        return f"${{path.module}}/{FOLDER}/{self.name}"

    @property
    def sha256_base64(self) -> str:
        """The digest in the form that ``source_code_hash`` takes."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()
