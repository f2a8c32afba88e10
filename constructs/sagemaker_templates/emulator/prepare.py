"""Gives emulated accounts what real ones already have: state buckets, keys, networks, boundaries, log buckets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sagemaker_templates.emulator.process import Emulator
from sagemaker_templates.emulator.routes import CONNECTION_ROUTE, KEY_ROUTE, NETWORK_ROUTE, QUOTA_ROUTE
from sagemaker_templates.settings.model import (
    Configuration,
    DeployRole,
    Environment,
    Network,
    Project,
    S3State,
)

_LOG_DELIVERY = "logging.s3.amazonaws.com"
_TOKEN = "emulated-token"  # noqa: S105 - worth nothing outside the emulator


@dataclass(frozen=True)
class Account:
    """One emulated account, seen from one region."""

    emulator: Emulator
    id: str
    region: str

    def create_bucket(self, name: str) -> None:
        """Create a versioned bucket, unless it is there."""
        s3 = self.emulator.client("s3", self.id, self.region)
        if name in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
            return
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        s3.create_bucket(Bucket=name, **({} if self.region == "us-east-1" else elsewhere))
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def create_log_bucket(self, name: str) -> None:
        """Create a bucket that S3 may deliver access logs to."""
        self.create_bucket(name)
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": _LOG_DELIVERY},
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{name}/*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.emulator.client("s3", self.id, self.region).put_bucket_policy(Bucket=name, Policy=policy)

    def create_key(self, reference: str) -> None:
        """Create a KMS key, unless it is there, under the id, the alias or the ARN of either that is given."""
        fields = reference.split(":", 5)
        region, account, name = fields[3:] if len(fields) > 1 else (self.region, self.id, reference)
        self.emulator.administer(KEY_ROUTE, {"account": account, "region": region, "name": name.removeprefix("key/")})

    def create_network(self, network: Network) -> None:
        """Create a VPC with its subnets and security groups, under the ids that are given."""
        if network.vpc_id is None:
            return
        self.emulator.administer(
            NETWORK_ROUTE,
            {
                "account": self.id,
                "region": self.region,
                "vpc_id": network.vpc_id,
                "subnet_ids": list(network.subnet_ids),
                "security_group_ids": list(network.security_group_ids),
            },
        )

    def create_deploy_role(self, role: DeployRole) -> None:
        """Create a role that may do everything, unless it is there; whoever may assume roles here may take it."""
        iam = self.emulator.client("iam", self.id, self.region)
        path, _, name = role.arn.partition(":role")[2].rpartition("/")
        asks = {"Condition": {"StringEquals": {"sts:ExternalId": role.external_id}}} if role.external_id else {}
        principal = {"AWS": role.arn.replace(f":role{path}/{name}", ":root")}
        trust = [
            {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **asks},
            # A permission of its own, which knows no external id.
            {"Effect": "Allow", "Principal": principal, "Action": "sts:TagSession"},
        ]
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        try:
            iam.create_role(RoleName=name, Path=f"{path}/", AssumeRolePolicyDocument=_document(*trust))
        except iam.exceptions.EntityAlreadyExistsException:
            return
        iam.put_role_policy(RoleName=name, PolicyName="everything", PolicyDocument=_document(everything))

    def create_boundary(self, name: str) -> None:
        """Create a policy that serves as a permissions boundary, unless it is there."""
        iam = self.emulator.client("iam", self.id, self.region)
        statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        path, _, policy_name = f"/{name}".rpartition("/")
        try:
            iam.create_policy(PolicyName=policy_name, Path=f"{path}/", PolicyDocument=policy)
        except iam.exceptions.EntityAlreadyExistsException:
            return

    def create_secret(self, name: str, value: str = _TOKEN) -> None:
        """Create a secret, unless it is there."""
        secrets = self.emulator.client("secretsmanager", self.id, self.region)
        try:
            secrets.create_secret(Name=name, SecretString=value)
        except secrets.exceptions.ResourceExistsException:
            return

    def give_quota(self, service: str, name: str, value: float) -> None:
        """Say how much of something the account may use, under the name that Service Quotas has for it."""
        request = {"account": self.id, "region": self.region, "service": service, "name": name, "value": value}
        self.emulator.administer(QUOTA_ROUTE, request)

    def create_connection(self, arn: str, provider: str = "GitHub", host: str | None = None) -> None:
        """Create a connection to a Git host, with its handshake done, under the ARN that is given.

        Args:
            host: the address of an Enterprise Server.
        """
        request = {"arn": arn, "name": arn.rpartition("/")[2][:32], "provider": provider, "host": host}
        self.emulator.administer(CONNECTION_ROUTE, request)


def _document(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def prepare_configuration(emulator: Emulator, configuration: Configuration) -> None:
    """Give every account of a configuration what its environments and projects take for granted."""
    for environment in configuration.environments:
        _prepare_environment(emulator, environment)
    for project in configuration.projects:
        _prepare_project(emulator, project)


def _prepare_environment(emulator: Emulator, environment: Environment) -> None:
    account = Account(emulator, environment.account_id, environment.region)
    state = environment.state
    if isinstance(state, S3State):
        of_state = Account(emulator, account.id, state.region)
        of_state.create_bucket(state.bucket)
        if state.kms_key_id:
            of_state.create_key(state.kms_key_id)
    if environment.deploy_role:
        account.create_deploy_role(environment.deploy_role)
    _prepare_account(
        account,
        environment.network,
        environment.permissions_boundary_name,
        environment.s3_access_logs_bucket_arn,
    )


def _prepare_project(emulator: Emulator, project: Project) -> None:
    account = Account(emulator, project.environment.account_id, project.environment.region)
    boundary = project.permissions_boundary_name
    _prepare_account(account, project.network, boundary, project.s3_access_logs_bucket_arn)
    for target in project.targets:
        _prepare_account(Account(emulator, target.account_id, target.region), target.network, boundary, None)
    _prepare_repository(account, project)


def _prepare_account(account: Account, network: Network, boundary: str | None, log_bucket: str | None) -> None:
    account.create_network(network)
    if boundary:
        account.create_boundary(boundary)
    if log_bucket:
        account.create_log_bucket(_bucket_of(log_bucket))


def _prepare_repository(account: Account, project: Project) -> None:
    repository = project.repository
    if repository.type == "CodeCommit":
        return
    app = repository.app
    account.create_secret(app.private_key_secret_name if app else repository.access_token_secret_name)
    if repository.codeconnection_arn:
        provider = "GitHub" if repository.type == "GitHub" else "GitHubEnterpriseServer"
        account.create_connection(repository.codeconnection_arn, provider, repository.base_url)


def _bucket_of(arn: str) -> str:
    return arn.rpartition(":")[2]
