"""What stands in the emulated accounts, as the table of rights asks for it: moto's stores, and the supplements."""

import base64
import binascii
from collections.abc import Callable, Mapping

from sagemaker_templates.emulator import moto_store
from sagemaker_templates.emulator.call import Place
from sagemaker_templates.emulator.rights.lookups import Attributes
from sagemaker_templates.settings import regions

TagsOf = Callable[[str], Mapping[str, str]]

_FIELDS = 6
_OF_AWS = "alias/aws/"
_NAME_AT_MOTO = {"application-autoscaling": "applicationautoscaling", "states": "stepfunctions"}


class Stored:
    """The emulated accounts."""

    def __init__(self, tags: Mapping[str, TagsOf] | None = None) -> None:
        """Look into moto's stores.

        Args:
            tags: by service, as ARNs name it, who knows the tags that moto does not keep.
        """
        self._tags = dict(tags or {})

    def arn(self, kind: str, name: str, place: Place) -> str | None:
        """Return the ARN of what is there under a name, where the name does not say it all."""
        find = _FINDERS.get(kind)
        return find(_place_of(name, place), name) if find else None

    def attributes(self, arn: str, part: str | None = None) -> Attributes:
        """Return what is known of a resource."""
        fields = arn.split(":", _FIELDS - 1)
        describe = _DESCRIBERS.get(fields[2]) if len(fields) == _FIELDS else None
        if describe is None:
            return {}
        found = describe(_Named(arn, Place(fields[4], fields[3]), fields[5]), part)
        return {name: values for name, values in found.items() if values}

    def tags(self, arn: str) -> Mapping[str, str]:
        """Return the tags of a resource."""
        fields = arn.split(":", _FIELDS - 1)
        if len(fields) < _FIELDS or fields[5].endswith("*"):
            return {}
        service, named = fields[2], _Named(arn, Place(fields[4], fields[3]), fields[5])
        known = self._tags.get(service)
        return (known(arn) if known else {}) or _TAGS.get(service, _tags)(named)


class _Named:
    """A resource: its ARN, where it lives, and what its ARN ends in."""

    def __init__(self, arn: str, place: Place, name: str) -> None:
        self.arn, self.place, self.name = arn, place, name

    @property
    def service(self) -> str:
        return self.arn.split(":")[2]

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]


Described = Mapping[str, tuple[str, ...]]


def _place_of(name: str, place: Place) -> Place:
    """Where something lives that may be named by its ARN."""
    fields = name.split(":", _FIELDS - 1)
    if len(fields) < _FIELDS or fields[0] != "arn":
        return place
    return Place(fields[4] or place.account, fields[3] or place.region)


# What stands under a name


def _key(place: Place, name: str) -> str | None:
    found = moto_store.key(place, name)
    return found.arn if found else None


def _key_of_ciphertext(place: Place, name: str) -> str | None:
    try:
        return _key(place, moto_store.key_of_ciphertext(base64.b64decode(name, validate=True)))
    except (binascii.Error, ValueError):
        return None


def _role(place: Place, name: str) -> str | None:
    if name.startswith("arn:"):
        return None
    found = moto_store.role(place.account, regions.partition(place.region).name, name.rpartition("/")[2])
    return found.arn if found and ("/" not in name or found.arn.endswith(f"role/{name}")) else None


def _secret(place: Place, name: str) -> str | None:
    found = moto_store.secret(place, name)
    return found.arn if found else None


def _target(place: Place, name: str) -> str | None:
    """``NAMESPACE|DIMENSION|ID``: moto keeps targets by dimension, which says the namespace, and id."""
    _, dimension, id_ = [*name.split("|", 2), "", ""][:3]
    found = moto_store.scalable_targets(place).get(dimension, {}).get(id_)
    return found.arn if found else None


_FINDERS: Mapping[str, Callable[[Place, str], str | None]] = {
    "application-autoscaling:ScalableTarget": _target,
    "iam:role": _role,
    "kms:ciphertext": _key_of_ciphertext,
    "kms:key": _key,
    "secretsmanager:Secret": _secret,
}


# What is known of a resource


def _of_bucket_or_object(named: _Named, part: str | None) -> Described:
    bucket_name, _, key = named.name.partition("/")
    bucket = moto_store.bucket(bucket_name)
    if bucket is None:
        return {}
    place = Place(bucket.account_id, bucket.region_name)
    account = {"account": (bucket.account_id,)}
    return {**account, **(_of_object(bucket_name, key, part, place) if key else _of_default(bucket, place))}


def _of_default(bucket: moto_store.Bucket, place: Place) -> Described:
    """A bucket's default encryption: none by a key of KMS's, by S3's own, or by one of the account's."""
    rule = (bucket.encryption or {}).get("Rule", {})
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    by_bucket = str(rule.get("BucketKeyEnabled", "")).lower() == "true"
    return {
        "key": _key_arn(default.get("KMSMasterKeyID"), place),
        "bucket-key": ("true",) if by_bucket else (),
    }


def _of_object(bucket: str, key: str, part: str | None, place: Place) -> Described:
    upload = moto_store.upload(bucket, part) if part else None
    if upload:
        return {"key": _key_arn(upload.kms_key_id, place)}
    found = moto_store.stored_object(bucket, key, part)
    if found is None:
        return {}
    by_bucket = str(found.bucket_key_enabled).lower() == "true"
    return {
        "stored": ("true",),
        "key": _key_arn(found.kms_key_id, place),
        "bucket-key": ("true",) if by_bucket else (),
    }


def _of_key(named: _Named, _part: str | None) -> Described:
    found = moto_store.key(named.place, named.arn)
    aliases = tuple(found.aliases) if found else ()
    of_aws = _OF_AWS in named.name or any(one.startswith(_OF_AWS) for one in aliases)
    return {"aliases": aliases, "manager": ("AWS",) if of_aws else ()}


def _of_role(named: _Named, _part: str | None) -> Described:
    found = moto_store.role(named.place.account, named.partition, named.name.rpartition("/")[2])
    boundary = found.permissions_boundary_arn if found else None
    return {"boundary": (boundary,) if boundary else ()}


def _of_secret(named: _Named, _part: str | None) -> Described:
    found = moto_store.secret(named.place, named.arn)
    return {"key": _key_arn(found.kms_key_id if found else None, named.place)}


def _of_parameter(named: _Named, _part: str | None) -> Described:
    bare = named.name.removeprefix("parameter/")
    key = moto_store.key_of_parameter(named.place, f"/{bare}") or moto_store.key_of_parameter(named.place, bare)
    return {"key": _key_arn(key, named.place)}


def _of_topic(named: _Named, _part: str | None) -> Described:
    return {"key": _key_arn(moto_store.key_of_topic(named.place, named.arn), named.place)}


def _of_queue(named: _Named, _part: str | None) -> Described:
    return {"key": _key_arn(moto_store.key_of_queue(named.place, named.name), named.place)}


def _of_sagemaker(named: _Named, _part: str | None) -> Described:
    kind, _, name = named.name.partition("/")
    if kind != "endpoint-config":
        return {}
    return {"key": _key_arn(moto_store.key_of_endpoint_configuration(named.place, name), named.place)}


def _of_network(named: _Named, _part: str | None) -> Described:
    kind, _, id_ = named.name.partition("/")
    if kind != "network-interface":
        vpc = moto_store.vpc_of(named.place, id_)
        return {"vpc": (vpc,) if vpc else ()}
    interface = moto_store.network_interface(named.place, id_)
    if interface is None:
        return {}
    beginning = named.arn.removesuffix(named.name)
    return {"vpc": (interface.subnet.vpc_id,), "subnet": (f"{beginning}subnet/{interface.subnet.id}",)}


_DESCRIBERS: Mapping[str, Callable[[_Named, str | None], Described]] = {
    "ec2": _of_network,
    "iam": _of_role,
    "kms": _of_key,
    "s3": _of_bucket_or_object,
    "sagemaker": _of_sagemaker,
    "secretsmanager": _of_secret,
    "sns": _of_topic,
    "sqs": _of_queue,
    "ssm": _of_parameter,
}


def _key_arn(reference: str | None, place: Place) -> tuple[str, ...]:
    """The ARN of a key, which may be named in any way; what is not there is said as it was."""
    if not reference:
        return ()
    where = _place_of(reference, place)
    found = moto_store.key(where, reference)
    beginning = f"arn:{regions.partition(where.region).name}:kms:{where.region}:{where.account}:"
    name = reference if reference.startswith("alias/") else f"key/{reference}"
    return (found.arn if found else reference if reference.startswith("arn:") else f"{beginning}{name}",)


# Tags


def _tags(named: _Named) -> Mapping[str, str]:
    return moto_store.tags_of_resource(_NAME_AT_MOTO.get(named.service, named.service), named.place, named.arn)


def _tags_of_bucket(named: _Named) -> Mapping[str, str]:
    bucket = moto_store.bucket(named.name.partition("/")[0])
    if bucket is None:
        return {}
    return moto_store.tags_of_resource("s3", Place(bucket.account_id, named.partition), named.arn)


def _tags_of_role(named: _Named) -> Mapping[str, str]:
    found = moto_store.role(named.place.account, named.partition, named.name.rpartition("/")[2])
    return {tag["Key"]: tag["Value"] for tag in found.tags or []} if found else {}


def _tags_of_network(named: _Named) -> Mapping[str, str]:
    return moto_store.tags_of_network(named.place, named.name.rpartition("/")[2])


def _tags_of_project(named: _Named) -> Mapping[str, str]:
    project = moto_store.codebuild(named.place).codebuild_projects.get(named.name.removeprefix("project/"))
    given = project.project_metadata.get("tags") if project else None
    return {tag["key"]: tag["value"] for tag in given or []}


def _tags_of_pipeline(named: _Named) -> Mapping[str, str]:
    return moto_store.tags_of_pipeline(named.place, named.name)


_TAGS: Mapping[str, Callable[[_Named], Mapping[str, str]]] = {
    "codebuild": _tags_of_project,
    "codepipeline": _tags_of_pipeline,
    "ec2": _tags_of_network,
    "iam": _tags_of_role,
    "s3": _tags_of_bucket,
}
