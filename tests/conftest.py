"""What every test may rely on."""

import signal
from importlib.util import find_spec
from pathlib import Path

import pytest


def pytest_configure() -> None:
    """How long a property's examples take says nothing of the property: other tests run beside it."""
    if find_spec("hypothesis") is None:  # the environments of the seeds have no properties to try
        return
    from hypothesis import HealthCheck, settings

    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")


def pytest_sessionstart() -> None:
    """Ctrl-C is heard here and in what tests start, also where the tests run in the background of a shell.

    A shell's ``&`` and ``nohup`` make what they start deaf to it, and a command that is deaf stays so by intent.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


_LONGEST_NAME = 100


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a case by its size where its value is bytes or a long text: bytes may differ between two processes."""
    if isinstance(val, bytes):
        return f"{len(val)} bytes"
    if isinstance(val, str) and len(val) > _LONGEST_NAME:
        return f"{len(val)} characters"
    return None


_UNIT = Path(__file__).with_name("unit")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker have all unit tests of a golden case: they ask different things of one synthesis."""
    for item in items:
        case = item.callspec.params.get("case") if isinstance(item, pytest.Function) and _is_a_case(item) else None
        if isinstance(case, str) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(f"case {case}"))


def _is_a_case(item: pytest.Function) -> bool:
    return hasattr(item, "callspec") and item.path.is_relative_to(_UNIT)
