"""Service Quotas: the quotas that somebody gave to an account; moto knows those of VPCs alone."""

from collections.abc import Callable

from sagemaker_templates.emulator.call import Call, JsonObject, Place
from sagemaker_templates.emulator.supplement.contract import PerPlace, Supplement


class Quotas:
    """The quotas of all accounts, by their names."""

    def __init__(self) -> None:
        self._quotas: PerPlace[JsonObject] = PerPlace()

    def give(self, place: Place, service: str, name: str, value: float) -> JsonObject:
        """Set a quota."""
        quotas = self._quotas.at(place)
        quota = {
            "ServiceCode": service,
            "QuotaName": name,
            "QuotaCode": f"L-{len(quotas):08X}",
            "Value": value,
            "Adjustable": True,
        }
        quotas[name] = quota
        return quota

    def list(self, call: Call) -> JsonObject:
        """ListServiceQuotas."""
        service = call.parameters["ServiceCode"]
        return {"Quotas": [one for one in self._quotas.at(call.place).values() if one["ServiceCode"] == service]}

    def clear(self) -> None:
        """Forget every quota."""
        self._quotas.clear()


def supplement(quotas: Quotas) -> Supplement:
    """Return what Service Quotas needs beside moto."""
    return Supplement(service="servicequotas", answers={"ListServiceQuotas": quotas.list}, reset=quotas.clear)


def admin_route(quotas: Quotas) -> Callable[[JsonObject], JsonObject]:
    """Return the route that gives a quota to an account: its ``service``, ``name`` and ``value``."""

    def give(request: JsonObject) -> JsonObject:
        place = Place(str(request["account"]), str(request["region"]))
        return quotas.give(place, str(request["service"]), str(request["name"]), float(request["value"]))

    return give
