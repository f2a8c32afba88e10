"""checkov reads JSON as YAML, line by line in Python; libyaml, which PyYAML carries, reads the same in a tenth."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import yaml

Loads = Callable[[str], list[Any]]


@contextmanager
def quick_reading() -> Iterator[None]:
    """Let checkov read with libyaml inside the block; what libyaml refuses is read checkov's own way."""
    from checkov.common.parsers.yaml import loader

    own: Loads = loader.loads
    if not yaml.__with_libyaml__:
        yield
        return
    loader.loads = _quick(own, loader.SafeLineLoader)
    try:
        yield
    finally:
        loader.loads = own


def _quick(own: Loads, slow: type) -> Loads:
    class QuickLineLoader(yaml.CSafeLoader):
        """checkov's loader of mappings with their lines, on libyaml's events."""

        bool_values = slow.bool_values  # type: ignore[attr-defined]

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            mapping = super().construct_mapping(node, deep=deep)
            mapping["__startline__"] = node.start_mark.line + 1
            mapping["__endline__"] = node.end_mark.line + 1
            return mapping

    def loads(content: str) -> list[Any]:
        if "\t" in content:  # libyaml takes a tab between tokens, checkov's reader refuses the file
            return own(content)
        try:
            return list(yaml.load_all(content, Loader=QuickLineLoader))
        except Exception:  # whatever it is, checkov's own reader is to say it
            return own(content)

    return loads
