"""The environment variables that every seed's build reads."""

from typing import Any

from sagemaker_templates.blocks.iam import Role
from sagemaker_templates.naming import ProjectNames


def build_environment(names: ProjectNames, *, role: Role, group: Any, artifact_key: Any) -> dict[str, str]:
    """What a build needs to know to define and start the project's SageMaker pipeline: names only, no secret.

    Variables without a value (no SageMaker domain, say) are empty.
    """
    project = names.project
    return {
        "AWS_REGION": project.environment.region,
        "SAGEMAKER_PROJECT_NAME": project.name,
        "SAGEMAKER_PROJECT_ID": project.id,
        "SAGEMAKER_DOMAIN_ID": project.domain_id or "",
        "SAGEMAKER_DOMAIN_ARN": project.domain_arn or "",
        "SAGEMAKER_PIPELINE_NAME": names.ml_pipeline,
        "SAGEMAKER_PIPELINE_DESCRIPTION": f"{project.template} of the project {project.name}",
        "SAGEMAKER_PIPELINE_ROLE_ARN": role.arn,
        "MODEL_PACKAGE_GROUP_NAME": group.model_package_group_name,
        "ARTIFACT_BUCKET": names.artifact_bucket,
        "ARTIFACT_BUCKET_KMS_ID": artifact_key.arn,
    }
