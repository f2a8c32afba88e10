"""Each check of the doctor passes where all is well, and fails, with what to do, where one thing is not."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import pytest
from builders import a_project, parameters
from github_on_loopback import Answer, GitHubOnLoopback, github_on_loopback
from roles_on_emulator import new_role
from sagemaker_templates.doctor.catalogue import TOPICS
from sagemaker_templates.doctor.contract import Topic
from sagemaker_templates.doctor.examination import Examination
from sagemaker_templates.doctor.site import Site
from sagemaker_templates.doctor.topics import identity, quotas, repositories
from sagemaker_templates.doctor.verdict import Finding, Status
from sagemaker_templates.emulator import Emulator
from sagemaker_templates.emulator.prepare import Account
from sagemaker_templates.emulator.routes import DECISIONS_ROUTE
from sagemaker_templates.naming import state_key
from sagemaker_templates.operations.aws_clients import Clients
from sagemaker_templates.settings.model import (
    DeployRole,
    Environment,
    LocalState,
    Network,
    Project,
    Repository,
    S3State,
)
from sagemaker_templates.templates.registry import all_templates
from sound_account import (
    add_interface_endpoint,
    add_s3_endpoint,
    make_bucket_sound,
    make_network_sound,
    tls_only,
)

pytestmark = pytest.mark.emulator

ACCOUNT, OTHER, REGION = "111111111111", "222222222222", "us-east-1"
STATE = S3State("the-states", "ml/dev", REGION, kms_key_id="alias/states")
NETWORK = Network("vpc-0a1b2c3d4e5f60718", ("subnet-0a1b2c3d4e5f60711",), ("sg-0a1b2c3d4e5f60713",))
LOGS = "the-access-logs"
ENVIRONMENT = Environment(
    "dev",
    ACCOUNT,
    REGION,
    STATE,
    network=NETWORK,
    permissions_boundary_name="team/boundary",
    s3_access_logs_bucket_arn=f"arn:aws:s3:::{LOGS}",
)
TOKEN = "a-planted-value-that-nobody-may-see"
DEPLOY = f"arn:aws:iam::{ACCOUNT}:role/platform/deploy"
ORGANIZATION, PERSON = "example-org", "octo"
CONNECTION = f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/0b1c2d3e-0000-4000-8000-000000000000"


def of_environment(**changes: Any) -> Project:
    """A project with all that the environment gives it."""
    given = {"environment": ENVIRONMENT, "network": NETWORK, "permissions_boundary_name": "team/boundary"}
    return a_project(**{**given, **changes})


SCORING = of_environment(
    template="batch_inference",
    name="scoring",
    id="p-scoring01",
    parameters=parameters(
        "batch_inference",
        model_package_group_name="their-models",
        model_bucket_name="their-bucket",
        base_job_prefix="scoring",
    ),
)
IMPORT = of_environment(
    template="hf_import_models",
    name="llama",
    id="p-llama0001",
    parameters=parameters("hf_import_models", hf_model_id="o/m", hf_access_token_secret="hugging-face"),
)


def on_github(owner: str = ORGANIZATION, **changes: Any) -> Project:
    """A project on github.com."""
    repository = Repository("GitHub", owner=owner, codeconnection_arn=CONNECTION)
    return of_environment(name="churn", id="p-churn00001", repository=replace(repository, **changes))


@dataclass
class World:
    """An emulated account and a GitHub, and the doctor that looks at both."""

    emulator: Emulator
    github: GitHubOnLoopback

    @property
    def here(self) -> Account:
        """The account."""
        return Account(self.emulator, ACCOUNT, REGION)

    def client(self, service: str) -> Any:
        """What changes the account."""
        return _client(self.emulator, service, REGION)

    def findings(
        self,
        *projects: Project,
        environment: Environment = ENVIRONMENT,
        asking: Clients | None = None,
        topics: Sequence[Topic[Any]] = TOPICS,
    ) -> list[Finding]:
        """What the doctor finds.

        Args:
            asking: makes the clients; by default those of the account's administrator.
            topics: what is asked.
        """
        site = _site(*projects, environment=environment)
        asking = asking or partial(_client, self.emulator)
        return Examination(lambda _role, _region: asking, self._host, topics=topics).findings([site])

    def verdict(self, title: str, *projects: Project, **more: Any) -> Finding:
        """What came of one check, of the first thing that it was made of."""
        topics = [topic for topic in TOPICS if title in (check.title for check in topic.checks)]
        found = [one for one in self.findings(*projects, topics=topics, **more) if one.check == title]
        assert found, f"{title} was not asked"
        return found[0]

    def _host(self, _repository: Repository, token: str) -> Any:
        from sagemaker_templates.doctor.git_host import GitHost

        return GitHost(self.github.url, token)


def _site(*projects: Project, environment: Environment = ENVIRONMENT) -> Site:
    return Site(environment, projects, (), projects, all_templates())


@cache
def _client(emulator: Emulator, service: str, region: str, account: str = ACCOUNT) -> Any:
    return emulator.client(service, account, region)


@pytest.fixture
def world(emulator: Emulator) -> Iterator[World]:
    """An empty account, and a GitHub that takes one token and knows nobody."""
    with github_on_loopback(TOKEN) as github:
        yield World(emulator, github)


@pytest.fixture
def sound(world: World) -> World:
    """An account with everything that the projects here need, and the GitHub of its organization's owner."""
    make_bucket_sound(world.emulator, ACCOUNT, STATE)
    make_network_sound(world.emulator, ACCOUNT, REGION, NETWORK)
    world.here.create_key("alias/states")
    world.here.create_boundary("team/boundary")
    world.here.create_log_bucket(LOGS)
    world.here.create_secret("hugging-face", TOKEN)
    world.here.create_secret("github_token", json.dumps({"github_token": TOKEN}))
    world.here.create_connection(CONNECTION)
    with_models(world)
    world.client("codecommit").create_repository(repositoryName="theirs")
    for use in quotas.TOPIC.things(_site(of_environment(), SCORING, IMPORT)):
        world.here.give_quota("sagemaker", use.quota, 2)
    answer_for_organization(world)
    return world


def with_models(world: World, approval: str = "Approved") -> None:
    """Register a model of somebody else's, and keep it in their bucket."""
    sagemaker = world.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="their-models")
    sagemaker.create_model_package(ModelPackageGroupName="their-models", ModelApprovalStatus=approval)
    world.here.create_bucket("their-bucket")


def answer_for_organization(world: World, **membership: str) -> None:
    """GitHub as an owner of the organization sees it, with a classic token."""
    classic = {"X-OAuth-Scopes": "repo, read:org"}
    member = {"state": "active", "role": "admin", **membership}
    installation = {"app_slug": "aws-connector-for-github", "repository_selection": "all", "suspended_at": None}
    world.github.answers |= {
        "/user": Answer({"login": PERSON}, headers=classic),
        f"/users/{ORGANIZATION}": Answer({"type": "Organization"}),
        f"/orgs/{ORGANIZATION}": Answer({"members_can_create_private_repositories": False}),
        f"/user/memberships/orgs/{ORGANIZATION}": Answer(member),
        f"/orgs/{ORGANIZATION}/installations": Answer({"installations": [installation]}),
    }


def answer_for_person(world: World, login: str = PERSON) -> None:
    """GitHub as a person sees it, with a classic token."""
    world.github.answers |= {
        "/user": Answer({"login": login}, headers={"X-OAuth-Scopes": "repo"}),
        f"/users/{PERSON}": Answer({"type": "User"}),
    }


def with_domain(world: World, domain_status: str = "InService") -> str:
    """A domain of the account; its id."""
    created = world.client("sagemaker").create_domain(
        DomainName="studio",
        AuthMode="IAM",
        DefaultUserSettings={"ExecutionRole": f"arn:aws:iam::{ACCOUNT}:role/studio"},
        SubnetIds=list(NETWORK.subnet_ids),
        VpcId=NETWORK.vpc_id,
    )
    return str(created["DomainArn"]).rpartition("/")[2]


ONLY_AFTER_A_RUN = "the connection serves the repository's owner"


def test_where_all_is_well_every_check_passes(sound: World) -> None:
    """Each project has what the others have too: what they share is asked once."""
    domain = with_domain(sound)
    code = of_environment(name="abalone", domain_id=domain)
    findings = sound.findings(code, SCORING, IMPORT, on_github())
    wrong = {one.check: one.verdict for one in findings if one.verdict.status is not Status.PASSED}
    assert set(wrong) == {ONLY_AFTER_A_RUN}
    assert wrong[ONLY_AFTER_A_RUN].status is Status.UNKNOWN
    assert {one.check for one in findings} == {check.title for topic in TOPICS for check in topic.checks}
    assert len({(one.thing, one.check) for one in findings}) == len(findings)


def test_the_token_is_in_no_finding_and_the_host_is_only_read(sound: World) -> None:
    findings = sound.findings(SCORING, IMPORT, on_github())
    assert TOKEN not in repr(findings)
    assert sound.github.asked
    assert {line.partition(" ")[0] for line in sound.github.asked} == {"GET"}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        check: that finds it.
        arrange: makes it so, in an account that may be empty otherwise.
        says: part of what is said.
        remedy: part of what is to be done.
        projects: that need the thing.
    """

    check: str
    arrange: Callable[[World], None]
    says: str
    remedy: str
    projects: tuple[Project, ...] = ()


def _bucket(world: World) -> None:
    make_bucket_sound(world.emulator, ACCOUNT, STATE)


def _of_another(world: World, bucket: str) -> None:
    Account(world.emulator, OTHER, REGION).create_bucket(bucket)


def _unversioned(world: World) -> None:
    world.client("s3").create_bucket(Bucket=STATE.bucket)


def _half_denied(world: World) -> None:
    _bucket(world)
    objects_alone = tls_only(STATE.bucket, Resource=f"arn:aws:s3:::{STATE.bucket}/*")
    world.client("s3").put_bucket_policy(Bucket=STATE.bucket, Policy=objects_alone)


def _key_off(world: World) -> None:
    _bucket(world)
    world.here.create_key("alias/states")
    kms = world.client("kms")
    kms.disable_key(KeyId=kms.describe_key(KeyId="alias/states")["KeyMetadata"]["KeyId"])


def _public(world: World) -> None:
    _bucket(world)
    world.client("s3").delete_public_access_block(Bucket=STATE.bucket)


def _locked(world: World) -> None:
    _bucket(world)
    lock = {"ID": "0b1c2d3e", "Who": "alice@laptop", "Created": "2026-11-01T08:00:00Z"}
    key = f"{state_key(STATE, 'dev-abalone')}.tflock"
    world.client("s3").put_object(Bucket=STATE.bucket, Key=key, Body=json.dumps(lock).encode())


def _secret(name: str, value: str) -> Callable[[World], None]:
    return lambda world: world.here.create_secret(name, value)


def _going(world: World) -> None:
    world.here.create_secret("github_token", TOKEN)
    world.client("secretsmanager").delete_secret(SecretId="github_token")


def _pending(world: World) -> None:
    made = world.client("codeconnections").create_connection(ProviderType="GitHub", ConnectionName="ours")
    assert made["ConnectionArn"]


def _organization(**membership: str) -> Callable[[World], None]:
    def arrange(world: World) -> None:
        world.here.create_secret("github_token", TOKEN)
        answer_for_organization(world, **membership)

    return arrange


def _changed(path: str, answer: Answer) -> Callable[[World], None]:
    def arrange(world: World) -> None:
        _organization()(world)
        world.github.answers[path] = answer

    return arrange


def _person(login: str) -> Callable[[World], None]:
    def arrange(world: World) -> None:
        world.here.create_secret("github_token", TOKEN)
        answer_for_person(world, login)

    return arrange


def _apps(**changes: object) -> Answer:
    app = {"app_slug": "aws-connector-for-github", "repository_selection": "all", "suspended_at": None}
    return Answer({"installations": [{**app, **changes}]})


def _repository(world: World) -> None:
    world.client("codecommit").create_repository(
        repositoryName="abalone-build", tags={"sagemaker:project-name": "churn"}
    )


def _taken_on_github(world: World) -> None:
    _bucket(world)
    _changed(f"/repos/{ORGANIZATION}/sagemaker-template-dev-xgboost_abalone", Answer({"archived": True}))(world)


def _network(world: World) -> None:
    world.here.create_network(NETWORK)


def _without_dns(world: World) -> None:
    _network(world)
    world.client("ec2").modify_vpc_attribute(VpcId=NETWORK.vpc_id, EnableDnsSupport={"Value": False})


def _elsewhere(world: World) -> None:
    _network(world)
    world.here.create_network(
        replace(NETWORK, vpc_id=_OTHER_VPC, subnet_ids=(_OTHER_SUBNET,), security_group_ids=(_OTHER_GROUP,))
    )


_OTHER_VPC, _OTHER_SUBNET, _OTHER_GROUP = "vpc-0b2c3d4e5f6071829", "subnet-0b2c3d4e5f6071821", "sg-0b2c3d4e5f6071823"


def _only_s3(world: World) -> None:
    _network(world)
    add_s3_endpoint(world.client("ec2"), str(NETWORK.vpc_id))


def _other_name(world: World) -> None:
    _only_s3(world)
    add_interface_endpoint(world.client("ec2"), NETWORK, "sagemaker.api", private_dns=False)


def _group(world: World) -> None:
    world.client("sagemaker").create_model_package_group(ModelPackageGroupName="their-models")


def _unwritable(world: World) -> None:
    world.here.create_bucket(LOGS)


def _with_kms(world: World) -> None:
    world.here.create_log_bucket(LOGS)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    world.client("s3").put_bucket_encryption(Bucket=LOGS, ServerSideEncryptionConfiguration={"Rules": [rule]})


def _nothing(_world: World) -> None:
    pass


def _in_network(**changes: Any) -> tuple[Project, ...]:
    return (of_environment(network=replace(NETWORK, **changes)),)


_SSO = "https://github.com/orgs/example-org/sso?authorization_request=x"
FAULTS = {
    "no bucket": Fault("the bucket is there and the account's", _nothing, "no such bucket", "bootstrap dev"),
    "another account's bucket": Fault(
        "the bucket is there and the account's",
        lambda world: _of_another(world, STATE.bucket),
        "is another account's",
        "take another name",
    ),
    "a bucket without versions": Fault("the bucket is versioned", _unversioned, "not versioned", "Status=Enabled"),
    "a key that is off": Fault("the key of the states can be used", _key_off, "is Disabled", "enable it"),
    "plain HTTP": Fault("the bucket takes TLS alone", _unversioned, "plain HTTP", "aws:SecureTransport"),
    "plain HTTP for the bucket": Fault("the bucket takes TLS alone", _half_denied, "plain HTTP", "s3:*"),
    "public": Fault("the bucket is private", _public, "does not block", "BlockPublicAcls=true"),
    "a lock": Fault(
        "no lock was left behind",
        _locked,
        "dev-abalone by alice@laptop since 2026-11-01T08:00:00Z (ID 0b1c2d3e)",
        "force-unlock",
    ),
    "no secret": Fault(
        "the secret is there and has its form", _nothing, "no such secret", "create-secret", (on_github(),)
    ),
    "a secret without the key": Fault(
        "the secret is there and has its form",
        _secret("github_token", json.dumps({"token": TOKEN})),
        'JSON without the key "github_token"',
        "store JSON as",
        (on_github(),),
    ),
    "a secret that is a number": Fault(
        "the secret is there and has its form",
        _secret("github_token", "12"),
        "JSON, but no map",
        "store",
        (on_github(),),
    ),
    "an empty secret": Fault(
        "the secret is there and has its form", _secret("hugging-face", " "), "is empty", "the token", (IMPORT,)
    ),
    "a hub's token in JSON": Fault(
        "the secret is there and has its form",
        _secret("hugging-face", json.dumps({"token": TOKEN})),
        "is JSON",
        "nothing else",
        (IMPORT,),
    ),
    "a secret that goes": Fault(
        "the secret is there and has its form", _going, "is to be deleted", "restore-secret", (on_github(),)
    ),
    "no connection": Fault(
        "the connection is there and available", _nothing, "no such connection", "create one", (on_github(),)
    ),
    "a connection of another kind": Fault(
        "the connection is of the host's kind",
        lambda world: world.here.create_connection(CONNECTION, "GitHubEnterpriseServer"),
        "GitHubEnterpriseServer",
        "the type GitHub",
        (on_github(),),
    ),
    "a connection to another server": Fault(
        "the connection is of the host's kind",
        lambda world: world.here.create_connection(CONNECTION, "GitHubEnterpriseServer", "https://other.example.com"),
        "leads to https://other.example.com",
        "whose host is https://github.example.com",
        (on_github(type="GitHub Enterprise", base_url="https://github.example.com"),),
    ),
    "a wrong token": Fault(
        "the token is accepted",
        _secret("github_token", "another"),
        "wrong, revoked or expired",
        "make a new one",
        (on_github(),),
    ),
    "no such owner": Fault(
        "the token sees the owner", _organization(), "no such user", "mend repository-owner", (on_github("nobody"),)
    ),
    "single sign-on": Fault(
        "the token sees the owner",
        _changed(f"/orgs/{ORGANIZATION}", Answer({}, 403, {"X-GitHub-SSO": f"required; url={_SSO}"})),
        "single sign-on",
        _SSO,
        (on_github(),),
    ),
    "another person's token": Fault(
        "the token may create repositories of the owner",
        _person("somebody"),
        "would create repositories of somebody",
        "a token of octo",
        (on_github(PERSON),),
    ),
    "scopes": Fault(
        "the token may create repositories of the owner",
        _changed("/user", Answer({"login": PERSON}, headers={"X-OAuth-Scopes": "gist"})),
        "lacks repo, read:org, delete_repo",
        "add it",
        (on_github(deletion="delete"),),
    ),
    "no member": Fault(
        "the token may create repositories of the owner",
        _changed(f"/user/memberships/orgs/{ORGANIZATION}", Answer({}, 404)),
        "octo is no member of example-org",
        "a token of a member",
        (on_github(),),
    ),
    "an invitation": Fault(
        "the token may create repositories of the owner",
        _organization(state="pending"),
        "not accepted yet",
        "accept it",
        (on_github(),),
    ),
    "members may not": Fault(
        "the token may create repositories of the owner",
        _organization(role="member"),
        "members of the organization may not",
        "Member privileges",
        (on_github(),),
    ),
    "no app": Fault(
        "AWS's app is installed with the owner, for all repositories",
        _changed(f"/orgs/{ORGANIZATION}/installations", Answer({"installations": []})),
        "is not installed",
        "https://github.com/apps/aws-connector-for-github",
        (on_github(),),
    ),
    "an app that sees little": Fault(
        "AWS's app is installed with the owner, for all repositories",
        _changed(f"/orgs/{ORGANIZATION}/installations", _apps(repository_selection="selected")),
        "chosen repositories alone",
        "all repositories",
        (on_github(),),
    ),
    "a suspended app": Fault(
        "AWS's app is installed with the owner, for all repositories",
        _changed(f"/orgs/{ORGANIZATION}/installations", _apps(suspended_at="2026-01-01T00:00:00Z")),
        "suspended",
        "unsuspend",
        (on_github(),),
    ),
    "a name that is taken": Fault(
        "the name in CodeCommit is free, or the project's own",
        _repository,
        "is there already",
        "terraform import",
        (of_environment(),),
    ),
    "a name that is taken on GitHub": Fault(
        "the name on GitHub is free, or the stack's own",
        _taken_on_github,
        "is there already, archived, and not in the state of dev-foundation",
        "adopt it",
        (on_github(),),
    ),
    "no VPC": Fault(
        "the VPC is there, with its own DNS", _nothing, "no such VPC", "mend vpc-id", (of_environment(),)
    ),
    "no DNS": Fault(
        "the VPC is there, with its own DNS", _without_dns, "no DNS", "--enable-dns-support", (of_environment(),)
    ),
    "no subnet": Fault(
        "the subnets are there, in the VPC, with free addresses",
        _network,
        "a subnet is not there",
        "mend subnet-ids",
        _in_network(subnet_ids=(_OTHER_SUBNET,)),
    ),
    "a subnet elsewhere": Fault(
        "the subnets are there, in the VPC, with free addresses",
        _elsewhere,
        f"of another VPC: {_OTHER_SUBNET}",
        "of this VPC",
        _in_network(subnet_ids=(_OTHER_SUBNET,)),
    ),
    "no security group": Fault(
        "the security groups are there, in the VPC",
        _network,
        "a security group is not there",
        "mend security-group-ids",
        _in_network(security_group_ids=(_OTHER_GROUP,)),
    ),
    "a security group elsewhere": Fault(
        "the security groups are there, in the VPC",
        _elsewhere,
        f"of another VPC: {_OTHER_GROUP}",
        "of this VPC",
        _in_network(security_group_ids=(_OTHER_GROUP,)),
    ),
    "no way out": Fault(
        "jobs and endpoints reach what they need",
        _network,
        "no way to s3",
        "com.amazonaws.us-east-1.s3",
        (of_environment(),),
    ),
    "no way to SageMaker": Fault(
        "jobs and endpoints reach what they need", _only_s3, "no way to sagemaker.api", "NAT gateway", (SCORING,)
    ),
    "an endpoint by another name": Fault(
        "jobs and endpoints reach what they need", _other_name, "no way to sagemaker.api", "NAT gateway", (SCORING,)
    ),
    "no group": Fault(
        "the model package group is there", _nothing, "no such group", "mend model-package-group-name", (SCORING,)
    ),
    "no approved model": Fault(
        "a model is approved",
        lambda world: with_models(world, "PendingManualApproval"),
        "no version is approved",
        "approve one",
        (SCORING,),
    ),
    "no bucket of models": Fault(
        "the bucket of the models is there", _group, "no such bucket", "mend model-bucket-name", (SCORING,)
    ),
    "no boundary": Fault("the boundary is there", _nothing, "no policy", "mend permissions-boundary-name"),
    "no bucket for logs": Fault(
        "the bucket for access logs is there and the account's", _nothing, "no such bucket", "create it"
    ),
    "no right to log": Fault(
        "S3 may write access logs", _unwritable, "may not write logs", "s3:PutObject on its objects"
    ),
    "logs with KMS": Fault(
        "the bucket for access logs is encrypted with S3's keys", _with_kms, "encrypted with KMS", "AES256"
    ),
    "no instances": Fault(
        "the account may run the instance type",
        lambda world: world.here.give_quota("sagemaker", "ml.m5.xlarge for processing job usage", 0),
        "may run none",
        "--quota-code L-00000000 --desired-value 1",
        (of_environment(),),
    ),
    "no domain": Fault(
        "the domain is there and in service",
        _nothing,
        "no such domain",
        "mend sagemaker-domain-id",
        (of_environment(domain_id="d-0a1b2c3d4e5f"),),
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_is_found_with_what_to_do(world: World, fault: Fault) -> None:
    fault.arrange(world)
    verdict = world.verdict(fault.check, *fault.projects).verdict
    assert verdict.status is Status.FAILED, verdict
    assert fault.says in verdict.says
    assert fault.remedy in verdict.remedy
    assert TOKEN not in repr(verdict)
    assert "\n" not in verdict.says + verdict.remedy


TRIED_BELOW = {
    "the credentials are the account's",
    "the region is enabled",
    "CodeCommit answers here",
    ONLY_AFTER_A_RUN,
}


def test_every_check_has_a_fault_that_it_finds() -> None:
    titles = [check.title for topic in TOPICS for check in topic.checks]
    assert len(set(titles)) == len(titles)
    assert {fault.check for fault in FAULTS.values()} | TRIED_BELOW == set(titles)


def test_with_credentials_of_another_account_nothing_else_is_asked(world: World) -> None:
    (finding,) = world.findings(of_environment(), asking=partial(_client, world.emulator, account=OTHER))
    assert finding.verdict.status is Status.FAILED
    assert finding.verdict.says.endswith(f"is of the account {OTHER}")
    assert ACCOUNT in finding.verdict.remedy


@pytest.mark.parametrize(
    ("external_id", "status", "says"),
    [
        ("ours", Status.PASSED, f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/sagemaker-templates"),
        ("theirs", Status.FAILED, f"the deploy role {DEPLOY} may not be taken, or is not there"),
    ],
)
def test_what_is_asked_is_asked_as_the_environments_deploy_role(
    world: World, monkeypatch: pytest.MonkeyPatch, external_id: str, status: Status, says: str
) -> None:
    """With this process's credentials, as the command does it."""
    world.here.create_deploy_role(DeployRole(DEPLOY, "ours"))
    for name, value in world.emulator.environment(ACCOUNT, REGION).items():
        monkeypatch.setenv(name, value)
    site = _site(environment=replace(ENVIRONMENT, deploy_role=DeployRole(DEPLOY, external_id)))
    first = Examination(topics=[identity.TOPIC]).findings([site])[0]
    assert (first.verdict.status, first.verdict.says) == (status, says)


def test_a_region_that_is_not_enabled_is_told(world: World) -> None:
    """As EC2 tells of the region of Hong Kong, which each account has to enable."""
    hong_kong = replace(ENVIRONMENT, region="ap-east-1")
    finding = world.verdict("the region is enabled", environment=hong_kong)
    assert finding.verdict.status is Status.FAILED
    assert "aws account enable-region --region-name ap-east-1" in finding.verdict.remedy


def test_a_connection_serves_an_owner_whose_code_a_pipeline_has_read(world: World) -> None:
    world.here.create_connection(CONNECTION)
    assert world.verdict(ONLY_AFTER_A_RUN, on_github()).verdict.status is Status.UNKNOWN


def test_whether_codecommit_is_open_is_known_once_there_is_a_repository(world: World) -> None:
    """It is refused at the first creation, if at all, and nothing is created here."""
    assert world.verdict("CodeCommit answers here", of_environment()).verdict.status is Status.UNKNOWN
    world.client("codecommit").create_repository(repositoryName="theirs")
    assert world.verdict("CodeCommit answers here", of_environment()).verdict.status is Status.PASSED


def test_a_repository_of_the_projects_own_is_no_trouble(world: World) -> None:
    codecommit = world.client("codecommit")
    codecommit.create_repository(repositoryName="abalone-build", tags={"sagemaker:project-name": "abalone"})
    verdict = world.verdict("the name in CodeCommit is free, or the project's own", of_environment()).verdict
    assert (verdict.status, verdict.says) == (Status.PASSED, "is there, with the project's tags")


def test_a_repository_in_the_stacks_state_is_no_trouble(world: World) -> None:
    _organization()(world)
    _bucket(world)
    world.github.answers[f"/repos/{ORGANIZATION}/churn-build"] = Answer({"archived": False})
    instance = {"attributes": {"name": "churn-build"}}
    resource = {"type": "github_repository", "mode": "managed", "instances": [instance]}
    state = json.dumps({"resources": [resource]}).encode()
    world.client("s3").put_object(Bucket=STATE.bucket, Key=state_key(STATE, "dev-churn"), Body=state)
    found = world.findings(on_github(), topics=[repositories.ON_GITHUB])
    assert [one.verdict.says for one in found] == [
        "the name is free, as far as the token sees",
        "is there, and in the stack's state",
    ]


def test_whose_a_repository_is_cannot_be_told_where_the_state_is_not_in_s3(world: World) -> None:
    _organization()(world)
    world.github.answers[f"/repos/{ORGANIZATION}/churn-build"] = Answer({"archived": False})
    local = replace(ENVIRONMENT, state=LocalState())
    _template, own = world.findings(on_github(), environment=local, topics=[repositories.ON_GITHUB])
    assert own.verdict.status is Status.UNKNOWN
    assert "its state cannot be read from here" in own.verdict.says


def test_only_a_gateway_that_stands_leads_out_of_a_vpc(world: World) -> None:
    """Neither an internet gateway, which jobs have no address for, nor a route that has outlived its NAT gateway."""
    ec2 = world.client("ec2")
    _network(world)
    internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=internet, VpcId=NETWORK.vpc_id)
    (table,) = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [NETWORK.vpc_id]}])["RouteTables"]
    default = {"RouteTableId": table["RouteTableId"], "DestinationCidrBlock": "0.0.0.0/0"}

    ec2.create_route(**default, GatewayId=internet)
    assert _reaches_s3(world) is Status.FAILED

    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=NETWORK.subnet_ids[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.replace_route(**default, NatGatewayId=nat)
    assert _reaches_s3(world) is Status.PASSED

    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert _reaches_s3(world) is Status.FAILED


def _reaches_s3(world: World) -> Status:
    return world.verdict("jobs and endpoints reach what they need", of_environment()).verdict.status


def test_a_role_with_the_rights_that_the_page_names_is_told_all_and_uses_each_of_them(sound: World) -> None:
    """The emulator refuses to a role what it is not given, and keeps a journal of what it was asked for."""
    domain = with_domain(sound)
    sound.client("secretsmanager").create_secret(Name="with-a-key", SecretString=TOKEN, KmsKeyId="alias/states")
    own = of_environment(name="churn", domain_id=domain)
    projects = (own, SCORING, IMPORT, on_github(access_token_secret_name="with-a-key"))
    rights = {right for topic in TOPICS for check in topic.checks for right in check.rights}
    found = sound.findings(*projects, asking=_as_role(sound, sorted(rights)))
    unknown = {one.check: one.verdict for one in found if one.verdict.status is not Status.PASSED}
    assert set(unknown) == {ONLY_AFTER_A_RUN}, unknown
    assert rights - _used(sound) == NOT_USED_HERE


NOT_USED_HERE = {
    "codestar-connections:GetConnection",  # the service's older name
    "codestar-connections:GetHost",
    "codeconnections:GetHost",  # of an Enterprise Server
    "codepipeline:GetPipeline",  # of a pipeline that stands
    "codepipeline:ListPipelineExecutions",
    "s3:GetBucketAcl",  # of a bucket whose policy does not let S3 write
    "ec2:DescribeNatGateways",  # where a route leads to one
    "codecommit:ListTagsForResource",  # of a repository that is there
    "s3:GetObject",
}


def test_without_rights_each_check_says_which_it_needs(sound: World) -> None:
    found = sound.findings(SCORING, asking=_as_role(sound, ["ec2:DescribeRegions"]))
    needing = {check.title: check.rights for topic in TOPICS for check in topic.checks}
    silent = [
        one
        for one in found
        if one.verdict.status is Status.UNKNOWN and one.verdict.remedy != f"needs {', '.join(needing[one.check])}"
    ]
    assert silent == []
    assert {one.check for one in found if one.verdict.status is Status.UNKNOWN} >= {
        "the VPC is there, with its own DNS",
        "the boundary is there",
        "the model package group is there",
    }


def _as_role(world: World, allowed: Sequence[str]) -> Clients:
    """Clients of a role that may do that and nothing else."""
    role = new_role(
        world.emulator, ACCOUNT, "doctor", trusted={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, allowed=allowed
    )
    sts = world.client("sts")
    taken = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    variables = {
        "AWS_ACCESS_KEY_ID": taken["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": taken["SecretAccessKey"],
        "AWS_SESSION_TOKEN": taken["SessionToken"],
    }
    return lambda service, region: world.emulator.client_with(service, {**variables, "AWS_REGION": region})


def _used(world: World) -> set[str]:
    decisions = world.emulator.administer(DECISIONS_ROUTE, {})["decisions"]
    return {one["action"] for one in decisions if one["role"].endswith(":role/doctor") and one["allowed"]}
