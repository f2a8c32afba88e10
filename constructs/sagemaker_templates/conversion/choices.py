"""What a person chooses on the command line because no manifest says it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from sagemaker_templates.conversion.manifests import Module, Parameter
from sagemaker_templates.conversion.names import field_of
from sagemaker_templates.conversion.record import Origin
from sagemaker_templates.failures import WrongInput
from sagemaker_templates.settings.document import Scalar
from sagemaker_templates.settings.fields import EnvironmentName
from sagemaker_templates.settings.rules import Rule
from sagemaker_templates.settings.spelling import did_you_mean, quoted

SET, STATE_BUCKET, ENVIRONMENT_NAME = "--set", "--state-bucket", "--environment-name"
_NAME = next(part for part in get_args(EnvironmentName) if isinstance(part, Rule))


@dataclass(frozen=True)
class Setting:
    """A value that is given in place of, or besides, those of the manifests; ``module`` is empty for all modules."""

    module: str
    parameter: Parameter


@dataclass(frozen=True)
class Choices:
    """All choices.

    Attributes:
        settings: parameters of modules.
        buckets: the buckets of states by environment; that of all others has the name "".
        names: the environments by module, ``ALIAS/REGION`` or alias.
    """

    settings: tuple[Setting, ...] = ()
    buckets: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def of_module(self, module: Module) -> Iterator[Parameter]:
        """What is set for a module; what is set for it alone goes above what is set for all."""
        mine = {one.parameter.field: one.parameter for one in self.settings if not one.module}
        mine |= {one.parameter.field: one.parameter for one in self.settings if one.module == module.name}
        yield from mine.values()

    def check(self, modules: Iterable[Module]) -> None:
        """Refuse what is chosen for a module that there is not.

        Raises:
            WrongInput: it names the modules that there are.
        """
        names = [module.name for module in modules]
        for setting in self.settings:
            if setting.module and setting.module not in names:
                hint = did_you_mean(setting.module, names)
                allowed = f"allowed: {', '.join(names) or 'none'}"
                raise WrongInput(f"{SET}: {quoted(setting.module)} is no module that is converted; {allowed}{hint}")


def read_choices(settings: Iterable[str], buckets: Iterable[str], names: Iterable[str]) -> Choices:
    """Read the options as they were typed.

    Raises:
        WrongInput: one is malformed, or an environment's name is not allowed.
    """
    named = dict(_halves(ENVIRONMENT_NAME, text, "TARGET=ENVIRONMENT") for text in names)
    for name in named.values():
        if not _NAME.accepts(name):
            message = f"{quoted(name)} is not allowed; allowed: {_NAME.allowed}{_NAME.hint(name)}"
            raise WrongInput(f"{ENVIRONMENT_NAME}: {message}")
    return Choices(
        tuple(_setting(text) for text in settings),
        dict(_halves(STATE_BUCKET, text, "BUCKET") if "=" in text else ("", text) for text in buckets),
        named,
    )


def _setting(text: str) -> Setting:
    name, value = _halves(SET, text, "[MODULE:]NAME=VALUE")
    module, _, parameter = name.rpartition(":")
    origin = Origin(Path(SET), 0, name)
    return Setting(module, Parameter(field_of(parameter), origin, Scalar(Path(SET), 0, value, value)))


def _halves(option: str, text: str, form: str) -> tuple[str, str]:
    before, sign, after = text.partition("=")
    if not (before and sign and after):
        raise WrongInput(f"{option}: {quoted(text)} is not of the form {form}")
    return before, after
