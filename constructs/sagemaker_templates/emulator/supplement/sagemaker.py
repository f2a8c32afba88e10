"""SageMaker: what moto lacks around model package groups and endpoints, and replies with blocks that nobody set."""

from sagemaker_templates.emulator import moto_store
from sagemaker_templates.emulator.call import Call, JsonObject, Place
from sagemaker_templates.emulator.supplement.contract import AwsError, Correction, PerPlace, Supplement

_MODEL_SETTINGS = ("EnableNetworkIsolation", "InferenceExecutionConfig")


class ModelPackageGroups:
    """Deletion and resource policies of model package groups; the groups themselves are moto's."""

    def __init__(self) -> None:
        self._policies: PerPlace[str] = PerPlace()

    def delete(self, call: Call) -> JsonObject:
        """DeleteModelPackageGroup: refused while it still holds model packages."""
        name = self._existing(call)
        backend = moto_store.sagemaker(call.place)
        if any(package.model_package_group_name == name for package in backend.model_packages.values()):
            raise AwsError("ConflictException", f"Model Package Group {name} still contains model packages.")
        del backend.model_package_groups[name]
        self._policies.at(call.place).pop(name, None)
        return {}

    def delete_package(self, call: Call) -> JsonObject:
        """DeleteModelPackage, by its ARN: a version has no other name."""
        name = str(call.parameters["ModelPackageName"])
        if moto_store.sagemaker(call.place).model_packages.pop(name, None) is None:
            raise AwsError("ValidationException", f"Model package {name} does not exist.")
        return {}

    def put_policy(self, call: Call) -> JsonObject:
        """PutModelPackageGroupPolicy."""
        name = self._existing(call)
        self._policies.at(call.place)[name] = call.parameters["ResourcePolicy"]
        return {"ModelPackageGroupArn": call.place.arn("sagemaker", f"model-package-group/{name}")}

    def get_policy(self, call: Call) -> JsonObject:
        """GetModelPackageGroupPolicy."""
        name = self._existing(call)
        policy = self._policies.at(call.place).get(name)
        if policy is None:
            raise AwsError("ValidationException", f"Cannot find Model Package Group Policy: {name}")
        return {"ResourcePolicy": policy}

    def delete_policy(self, call: Call) -> JsonObject:
        """DeleteModelPackageGroupPolicy."""
        name = self._existing(call)
        if self._policies.at(call.place).pop(name, None) is None:
            raise AwsError("ValidationException", f"Cannot find Model Package Group Policy: {name}")
        return {}

    def policy_of(self, arn: str) -> str | None:
        """Return the policy of a group, or of the group that a version of a model is in."""
        _, _, _, region, account, resource = arn.split(":", 5)
        kind, _, name = resource.partition("/")
        if kind not in ("model-package-group", "model-package"):
            return None
        return self._policies.at(Place(account, region)).get(name.partition("/")[0])

    def clear(self) -> None:
        """Forget every policy."""
        self._policies.clear()

    def _existing(self, call: Call) -> str:
        name = str(call.parameters["ModelPackageGroupName"]).rpartition("/")[2]
        if name not in moto_store.sagemaker(call.place).model_package_groups:
            raise AwsError("ValidationException", f"Cannot find Model Package Group: {name}")
        return name


class Models:
    """The settings of models that moto forgets."""

    def __init__(self) -> None:
        self._settings: PerPlace[JsonObject] = PerPlace()

    def remember(self, call: Call, reply: JsonObject) -> JsonObject:
        """Keep what CreateModel sets."""
        if "ModelArn" in reply:
            settings = {key: call.parameters[key] for key in _MODEL_SETTINGS if key in call.parameters}
            self._settings.at(call.place)[call.parameters["ModelName"]] = settings
        return reply

    def show(self, call: Call, reply: JsonObject) -> JsonObject:
        """Add what was kept to DescribeModel."""
        if "ModelName" not in reply:
            return reply
        return without_empty_blocks({**reply, **self._settings.at(call.place).get(reply["ModelName"], {})})

    def clear(self) -> None:
        """Forget everything."""
        self._settings.clear()


class Endpoints:
    """Updates of endpoints, and how they were asked to be rolled out; the endpoints themselves are moto's."""

    def __init__(self) -> None:
        self._deployments: PerPlace[JsonObject] = PerPlace()

    def remember(self, call: Call, reply: JsonObject) -> JsonObject:
        """Keep the deployment settings of CreateEndpoint."""
        if "EndpointArn" in reply:
            self._keep(call)
        return reply

    def update(self, call: Call) -> JsonObject:
        """UpdateEndpoint: the new configuration serves at once, unless an alarm that guards it is on.

        Then, as in AWS, the old one goes on serving, and the failure reason alone tells of it.
        """
        store = moto_store.sagemaker(call.place)
        name, configuration = call.parameters["EndpointName"], call.parameters["EndpointConfigName"]
        if name not in store.endpoints:
            raise AwsError("ValidationException", f'Could not find endpoint "{name}".')
        if configuration not in store.endpoint_configs:
            raise AwsError("ValidationException", f'Could not find endpoint configuration "{configuration}".')
        before = store.endpoints[name]
        if alarm := _alarm_that_is_on(call):
            before.failure_reason = f"The deployment was rolled back: the alarm {alarm} is in state ALARM."
            return {"EndpointArn": before.arn}
        after = store.create_endpoint(name, configuration, before.tags or [])
        after.creation_time = before.creation_time
        self._keep(call)
        return {"EndpointArn": after.arn}

    def show(self, call: Call, reply: JsonObject) -> JsonObject:
        """Add to DescribeEndpoint how the last deployment was made."""
        if "EndpointName" not in reply:
            return reply
        deployment = self._deployments.at(call.place).get(reply["EndpointName"])
        return without_empty_blocks({**reply, "LastDeploymentConfig": deployment})

    def forget(self, call: Call, reply: JsonObject) -> JsonObject:
        """Drop what DeleteEndpoint makes meaningless."""
        self._deployments.at(call.place).pop(call.parameters["EndpointName"], None)
        return reply

    def clear(self) -> None:
        """Forget everything."""
        self._deployments.clear()

    def _keep(self, call: Call) -> None:
        name = call.parameters["EndpointName"]
        self._deployments.at(call.place)[name] = call.parameters.get("DeploymentConfig") or {}


def supplement() -> Supplement:
    """Return what SageMaker needs beside moto."""
    groups, models, endpoints = ModelPackageGroups(), Models(), Endpoints()
    corrections: dict[str, Correction] = {
        "CreateModel": models.remember,
        "DescribeModel": models.show,
        "DescribeEndpointConfig": _without_empty_blocks,
        "CreateEndpoint": endpoints.remember,
        "DescribeEndpoint": endpoints.show,
        "DeleteEndpoint": endpoints.forget,
    }

    def reset() -> None:
        groups.clear()
        models.clear()
        endpoints.clear()

    return Supplement(
        service="sagemaker",
        answers={
            "DeleteModelPackage": groups.delete_package,
            "DeleteModelPackageGroup": groups.delete,
            "PutModelPackageGroupPolicy": groups.put_policy,
            "GetModelPackageGroupPolicy": groups.get_policy,
            "DeleteModelPackageGroupPolicy": groups.delete_policy,
            "AddTags": _add_tags,
            "UpdateEndpoint": endpoints.update,
        },
        corrections=corrections,
        policy_of=groups.policy_of,
        reset=reset,
    )


def without_empty_blocks(reply: JsonObject) -> JsonObject:
    """Return the reply without members that hold nothing, at any depth: AWS omits what was never set."""
    cleaned = {name: _cleaned(value) for name, value in reply.items()}
    return {name: value for name, value in cleaned.items() if value not in (None, {}, [])}


def _without_empty_blocks(_call: Call, reply: JsonObject) -> JsonObject:
    return without_empty_blocks(reply)


def _cleaned(value: object) -> object:
    if isinstance(value, dict):
        return without_empty_blocks(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value


def _add_tags(call: Call) -> JsonObject:
    """AddTags: a key that exists gets the new value, where moto would keep both."""
    arn = call.parameters["ResourceArn"]
    resource = moto_store.sagemaker_resource(call.place, arn)
    if resource is None:
        raise AwsError("ValidationException", f"Could not find {arn}")
    tags = {tag["Key"]: tag for tag in [*(resource.tags or []), *call.parameters["Tags"]]}
    resource.tags = list(tags.values())
    return {"Tags": resource.tags}


def _alarm_that_is_on(call: Call) -> str | None:
    guard = (call.parameters.get("DeploymentConfig") or {}).get("AutoRollbackConfiguration") or {}
    alarms = moto_store.alarms(call.place)
    names = [each["AlarmName"] for each in guard.get("Alarms", [])]
    return next((name for name in names if name in alarms and alarms[name].state_value == "ALARM"), None)
