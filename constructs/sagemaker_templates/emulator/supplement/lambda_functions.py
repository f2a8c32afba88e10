"""Lambda functions: moto's own, but it forgets settings, and invokes functions that there are none of."""

import re
from urllib.parse import unquote

from sagemaker_templates.emulator import moto_store
from sagemaker_templates.emulator.call import Call, JsonObject, Place
from sagemaker_templates.emulator.supplement.contract import AwsError, PerPlace, Supplement

_FUNCTION = re.compile(
    r"^/2015-03-31/functions(?:/(?P<name>[^/]+))?(?P<part>/configuration|/code|/versions|/invocations)?/?$"
)
_FORGOTTEN = ("LoggingConfig", "DeadLetterConfig", "FileSystemConfigs")
_OPERATIONS = {
    ("POST", ""): "CreateFunction",
    ("GET", ""): "GetFunction",
    ("GET", "/configuration"): "GetFunctionConfiguration",
    ("PUT", "/configuration"): "UpdateFunctionConfiguration",
    ("PUT", "/code"): "UpdateFunctionCode",
    ("GET", "/versions"): "ListVersionsByFunction",
    ("POST", "/invocations"): "Invoke",
}


class FunctionSettings:
    """What moto forgets of each function."""

    def __init__(self) -> None:
        self._settings: PerPlace[JsonObject] = PerPlace()

    def remember(self, call: Call, reply: JsonObject) -> JsonObject:
        """Keep what a request sets, and show it in the reply."""
        name = reply.get("FunctionName")
        if name is None:  # an error
            return reply
        settings = {key: call.parameters[key] for key in _FORGOTTEN if key in call.parameters}
        before = self._settings.at(call.place).get(name, {}) if call.operation != "CreateFunction" else {}
        self._settings.at(call.place)[name] = {**before, **settings}
        return self._completed(call.place, reply)

    def show(self, call: Call, reply: JsonObject) -> JsonObject:
        """Add what was kept to a description."""
        if "Configuration" in reply:
            return {**reply, "Configuration": self._completed(call.place, reply["Configuration"])}
        return self._completed(call.place, reply)

    def clear(self) -> None:
        """Forget everything."""
        self._settings.clear()

    def _completed(self, place: Place, configuration: JsonObject) -> JsonObject:
        name = configuration.get("FunctionName")
        if name is None:
            return configuration
        kept = self._settings.at(place).get(name, {})
        logging = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}", **kept.get("LoggingConfig", {})}
        return {**configuration, **kept, "LoggingConfig": logging}


def supplement() -> Supplement:
    """Return the corrections of descriptions of functions."""
    settings = FunctionSettings()
    return Supplement(
        service="lambda",
        corrections={
            "CreateFunction": settings.remember,
            "UpdateFunctionConfiguration": settings.remember,
            "UpdateFunctionCode": settings.show,
            "GetFunction": settings.show,
            "GetFunctionConfiguration": settings.show,
        },
        checks={"Invoke": _exists, "ListVersionsByFunction": _exists},
        reset=settings.clear,
        name_operation=_operation,
    )


def _operation(call: Call) -> str:
    """Return the operation's name: in this service it is in the path."""
    match = _FUNCTION.match(call.path)
    if match is None or (call.method == "GET" and match["name"] is None):
        return ""
    return _OPERATIONS.get((call.method, match["part"] or ""), "")


def _exists(call: Call) -> None:
    """As Lambda says it (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors)."""
    match = _FUNCTION.match(call.path)
    name = unquote(match["name"] or "") if match else ""
    if moto_store.function(call.place, name) is None:
        arn = name if name.startswith("arn:") else call.place.arn("lambda", f"function:{name}")
        raise AwsError("ResourceNotFoundException", f"Function not found: {arn}", "404 Not Found")
