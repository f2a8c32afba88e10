"""What becomes of everything in a manifest, as data: the conversion acts by it, and docs/converting.md shows it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sagemaker_templates.conversion.names import kebab
from sagemaker_templates.settings.files import TargetKeys
from sagemaker_templates.settings.project_keys import STAGES, target_fields

OWN_STAGE = STAGES[0]
"""The stage that the module is deployed to: the environment that the project lives in."""
NETWORK = tuple(field for field in TargetKeys.model_fields if field not in ("account_id", "region"))
"""The fields of a stage that stand under ``network`` in its environment's file."""


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        ours: the key of ours that takes it; empty where there is none.
        becomes: what becomes of it, in words.
    """

    ours: str
    becomes: str


COMMON: Mapping[str, Row] = {
    "project_template_type": Row("project-template-type", "taken over"),
    "sagemaker_project_name": Row(
        "sagemaker-project-name", "taken over, and the name of the file; lower case, at most 32 characters"
    ),
    "sagemaker_project_id": Row("sagemaker-project-id", "taken over; lower case, at most 20 characters"),
    "sagemaker_domain_id": Row("sagemaker-domain-id", "taken over"),
    "sagemaker_domain_arn": Row("sagemaker-domain-arn", "taken over"),
    "repository_type": Row("repository-type", "taken over; `GitHub Enterprise` needs `github-base-url` as well"),
    "repository_owner": Row("repository-owner", "taken over"),
    "access_token_secret_name": Row("access-token-secret-name", "taken over"),
    "aws_codeconnection_arn": Row("aws-codeconnection-arn", "taken over"),
    "cross_account_external_id": Row("cross-account-external-id", "taken over"),
    "permissions_boundary_name": Row("permissions-boundary-name", "taken over"),
    "s3_access_logs_bucket_arn": Row("s3-access-logs-bucket-arn", "taken over"),
    "tags": Row("tags", "taken over"),
    "custom_tags": Row("custom-tags", "taken over"),
}
"""Parameters of every template, by field."""

OF_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "batch_inference": ("model_package_group_name", "model_bucket_name", "base_job_prefix"),
    "finetune_llm_evaluation": (),
    "hf_import_models": ("hf_access_token_secret", "hf_model_id"),
    "model_deploy": (
        "model_package_group_name",
        "model_bucket_name",
        "enable_network_isolation",
        "enable_manual_approval",
        "enable_eventbridge_trigger",
        "enable_data_capture",
    ),
    "xgboost_abalone": ("enable_network_isolation", "encrypt_inter_container_traffic"),
}
"""The parameters that each template of the module adds; ours have the same names."""

MODULE_KEYS: Mapping[str, Row] = {
    "name": Row("", "names the module in the report, in `--set` and in `--environment-name`"),
    "path": Row("", "tells modules of `sagemaker-templates` from others, which are named and left"),
    "target_account": Row("", "says which environment the project lives in"),
    "target_region": Row("region", "the region of that environment"),
    "parameters": Row("", "see above"),
    "deploy_spec": Row("", "dropped: Terraform deploys, and no build of Seed-Farmer"),
    "codebuild_image": Row("", "dropped: it is the image of Seed-Farmer's own builds"),
    "runtime_overrides": Row("", "dropped: they are versions in Seed-Farmer's own builds"),
    "data_files": Row("", "dropped: what a project's repository begins with is the template's seed"),
    "npm_mirror": Row("", "dropped: it is for Seed-Farmer's own builds"),
    "npm_mirror_secret": Row("", "dropped: it is for Seed-Farmer's own builds"),
    "pypi_mirror": Row("", "dropped: it is for Seed-Farmer's own builds"),
    "pypi_mirror_secret": Row("", "dropped: it is for Seed-Farmer's own builds"),
}
"""Keys of a module's manifest, by field."""

DEPLOYMENT_KEYS: Mapping[str, Row] = {
    "name": Row("", "dropped: our names are the project's alone"),
    "name_generator": Row("", "dropped: our names are the project's alone"),
    "description": Row("", "dropped: it is for readers of the manifest"),
    "toolchain_region": Row("", "dropped: there is no toolchain account; each state lies where `state` says"),
    "force_dependency_redeploy": Row("", "dropped: Terraform plans what has changed"),
    "archive_secret": Row("", "dropped: no module is fetched"),
    "groups": Row("", "their `path` is read too; their order is not needed"),
    "target_account_mappings": Row("", "one environment for each account and region that a project lives in"),
}
"""Keys of a deployment's manifest, by field."""

ACCOUNT_KEYS: Mapping[str, Row] = {
    "alias": Row("", "names the target; `--environment-name` says which environment it is"),
    "account_id": Row("account-id", "the account of that environment"),
    "default": Row("", "the target of modules that name none"),
    "parameters_global": Row("", "read where a parameter says `parameterValue`; the rest is dropped"),
    "region_mappings": Row(
        "region",
        "the region of that environment; `parametersRegional` is read where a parameter says `parameterValue`; "
        "the rest is dropped: it is for Seed-Farmer's own builds",
    ),
}
"""Keys of one of its ``targetAccountMappings``, by field."""

VALUE_FORMS: Mapping[str, Row] = {
    "value": Row("the value", "in the form that the key has: text, `true` or `false`, a list, a map"),
    "env_variable": Row(
        "`valueFrom: {envVariable: NAME}`",
        "kept, and listed under `variables`; `--resolve-variables` writes what it holds instead",
    ),
    "${NAME}": Row(
        "`valueFrom: {envVariable: NAME}`",
        "the same where it is the whole value; amid other text what it holds is written in",
    ),
    "parameter_value": Row("the value", "what `parametersRegional` or `parametersGlobal` of the target holds"),
    "module_metadata": Row("", "dropped: settings cannot read what another module has put out"),
    "parameter_store": Row("", "dropped: settings cannot read a parameter of Systems Manager"),
    "secrets_manager": Row("", "dropped: a secret's value would stand in plans and states; settings hold its name"),
}
"""Forms of a value, by the field of ``valueFrom``."""


def destination(field: str) -> tuple[str, str] | None:
    """What a parameter of a stage is about: the stage, and the key in its environment's file.

    None for a parameter that is the project's own.
    """
    found = target_fields(()).get(field)
    if found is None:
        return None
    stage, name = found
    return stage, f"network.{kebab(name)}" if name in NETWORK else kebab(name)
