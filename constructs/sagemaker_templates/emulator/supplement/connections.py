"""CodeConnections (before: CodeStar connections): moto has neither."""

import uuid
from collections.abc import Callable

from sagemaker_templates.emulator.call import Call, JsonObject, Place
from sagemaker_templates.emulator.supplement.contract import Answer, AwsError, PerPlace, Supplement

Tags = list[dict[str, str]]


class Connections:
    """The connections of all accounts, shared by the service's two names."""

    def __init__(self) -> None:
        self._connections: PerPlace[JsonObject] = PerPlace()
        self._tags: PerPlace[Tags] = PerPlace()
        self._hosts: PerPlace[JsonObject] = PerPlace()

    def add(self, arn: str, name: str, provider: str, status: str) -> JsonObject:
        """Register a connection; a person completes the handshake in the console, so a new one is pending."""
        place = _place_of(arn)
        connection = {
            "ConnectionName": name,
            "ConnectionArn": arn,
            "ProviderType": provider,
            "OwnerAccountId": place.account,
            "ConnectionStatus": status,
        }
        self._connections.at(place)[arn] = connection
        return connection

    def add_host(self, arn: str, endpoint: str) -> str:
        """Register the host of an installed server, and return its ARN.

        Args:
            arn: of a connection to it.
        """
        place = _place_of(arn)
        host_arn = place.arn(arn.split(":")[2], f"host/{uuid.uuid4()}")
        self._hosts.at(place)[host_arn] = {
            "Name": host_arn.rpartition("/")[2],
            "Status": "AVAILABLE",
            "ProviderType": "GitHubEnterpriseServer",
            "ProviderEndpoint": endpoint,
        }
        return host_arn

    def get_host(self, call: Call) -> JsonObject:
        """GetHost."""
        arn = call.parameters["HostArn"]
        try:
            return self._hosts.at(call.place)[arn]
        except KeyError:
            raise AwsError("ResourceNotFoundException", f"Host {arn} not found") from None

    def create(self, service: str, call: Call) -> JsonObject:
        """CreateConnection."""
        arn = call.place.arn(service, f"connection/{uuid.uuid4()}")
        provider = call.parameters.get("ProviderType", "GitHubEnterpriseServer")
        connection = self.add(arn, call.parameters["ConnectionName"], provider, "PENDING")
        if host := call.parameters.get("HostArn"):
            connection["HostArn"] = host
        tags = call.parameters.get("Tags") or []
        self._tags.at(call.place)[arn] = tags
        return {"ConnectionArn": arn, "Tags": tags}

    def get(self, call: Call) -> JsonObject:
        """GetConnection."""
        return {"Connection": self._find(call, call.parameters["ConnectionArn"])}

    def list(self, call: Call) -> JsonObject:
        """ListConnections."""
        return {"Connections": list(self._connections.at(call.place).values())}

    def delete(self, call: Call) -> JsonObject:
        """DeleteConnection."""
        arn = call.parameters["ConnectionArn"]
        self._find(call, arn)
        del self._connections.at(call.place)[arn]
        self._tags.at(call.place).pop(arn, None)
        return {}

    def list_tags(self, call: Call) -> JsonObject:
        """ListTagsForResource."""
        return {"Tags": self._tags.at(call.place).get(call.parameters["ResourceArn"], [])}

    def tag(self, call: Call) -> JsonObject:
        """TagResource."""
        new = {tag["Key"]: tag for tag in call.parameters["Tags"]}
        self._keep_tags(call, without=set(new), plus=list(new.values()))
        return {}

    def untag(self, call: Call) -> JsonObject:
        """UntagResource."""
        self._keep_tags(call, without=set(call.parameters["TagKeys"]), plus=[])
        return {}

    def tags_of(self, arn: str) -> dict[str, str]:
        """Return the tags of a connection."""
        return {tag["Key"]: tag["Value"] for tag in self._tags.everywhere(arn) or []}

    def clear(self) -> None:
        """Forget every connection."""
        self._connections.clear()
        self._tags.clear()
        self._hosts.clear()

    def _keep_tags(self, call: Call, without: set[str], plus: Tags) -> None:
        arn = call.parameters["ResourceArn"]
        self._find(call, arn)
        kept = [tag for tag in self._tags.at(call.place).get(arn, []) if tag["Key"] not in without]
        self._tags.at(call.place)[arn] = [*kept, *plus]

    def _find(self, call: Call, arn: str) -> JsonObject:
        try:
            return self._connections.at(call.place)[arn]
        except KeyError:
            raise AwsError("ResourceNotFoundException", f"Connection {arn} not found") from None


def supplements(connections: Connections) -> list[Supplement]:
    """Return the service under both its names: the Terraform provider still uses the old one."""
    return [_supplement(connections, name) for name in ("codestar-connections", "codeconnections")]


def admin_route(connections: Connections) -> Callable[[JsonObject], JsonObject]:
    """Return the route that gives an account a connection that somebody has already completed."""

    def add(request: JsonObject) -> JsonObject:
        added = connections.add(request["arn"], request["name"], request["provider"], "AVAILABLE")
        if host := request.get("host"):
            added["HostArn"] = connections.add_host(request["arn"], host)
        return added

    return add


def _supplement(connections: Connections, service: str) -> Supplement:
    def create(call: Call) -> JsonObject:
        return connections.create(service, call)

    answers: dict[str, Answer] = {
        "CreateConnection": create,
        "GetConnection": connections.get,
        "GetHost": connections.get_host,
        "ListConnections": connections.list,
        "DeleteConnection": connections.delete,
        "ListTagsForResource": connections.list_tags,
        "TagResource": connections.tag,
        "UntagResource": connections.untag,
    }
    return Supplement(service=service, answers=answers, reset=connections.clear, tags=connections.tags_of)


def _place_of(arn: str) -> Place:
    region, account = arn.split(":")[3:5]
    return Place(account=account, region=region)
