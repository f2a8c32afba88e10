"""Rights of our roles that nothing was found to use, each with the reason why it stands there all the same.

The keys are role, statement and action, or role, statement and the beginning of the resource's own name. Of roles
that there is one of for each target, such as ``apply_prod_role``, the target's name is ``*``.
"""

import re
from collections.abc import Mapping

Key = tuple[str, str, str]

_DG = "https://docs.aws.amazon.com/sagemaker/latest/dg"
_OF_ONE_ACCOUNT = (
    "a model that is made of a package takes the right to it: so AWS writes for another account's packages "
    f"({_DG}/model-registry-deploy-xaccount.html), and no page exempts one's own"
)
_SAME_IMAGE = "a model that is served by the image that trains it; each of two statements has it"

UNUSED: Mapping[Key, str] = {
    ("delivery_pipeline_role", "ReadRepository", "codecommit:GetRepository"): (
        "AWS's page has it for every CodeCommit source, though only the hand-over of a clone asks for it; it shows "
        "names and addresses (https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html)"
    ),
    ("deployer_role", "UseModels", "sagemaker:CreateModel"): _OF_ONE_ACCOUNT,
    ("deployer_role", "UseModels", "sagemaker:DescribeModelPackage"): (
        "who makes a model of a package reads where its files and its image are "
        f"({_DG}/model-registry-deploy-xaccount.html)"
    ),
    ("endpoint_role", "UseKey", "kms:Decrypt"): (
        "of captured data that S3 takes in parts "
        "(https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions); "
        "AWS does not say how large a file of it is"
    ),
    ("execution_role", "ListBucket", "s3:ListBucket"): (
        "of the role that starts an import: a registered model is all that lies below a prefix, and a result that is "
        "missing is told as missing (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html)"
    ),
    ("execution_role", "PullImages", "ecr:BatchGetImage"): _SAME_IMAGE,
    ("execution_role", "ReadModels", "s3:GetObject"): (
        "a package holds the ETag of its files, which somebody reads when it is registered "
        "(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelPackageContainerDefinition.html); "
        f"AWS's policy for the registry has it ({_DG}/security-iam-awsmanpol-model-registry.html)"
    ),
    ("execution_role", "RegisterModels", "sagemaker:DescribeModelPackage"): (
        f"a pipeline's role describes what its steps create ({_DG}/build-and-manage-access.html)"
    ),
    ("execution_role", "RegisterModels", "sagemaker:DescribeModelPackageGroup"): (
        "a version is registered in a group, which AWS's policy for the registry lets be seen "
        f"({_DG}/security-iam-awsmanpol-model-registry.html)"
    ),
    ("execution_role", "SeeServingImages", "ecr:BatchGetImage"): _SAME_IMAGE,
    ("execution_role", "UseModels", "sagemaker:CreateModel"): _OF_ONE_ACCOUNT,
}
"""Actions without which nothing is refused."""

_GROUP = "AWS's reference names packages alone; a group is what the request names"
_IMAGES = "each image that a model may be served by, and one model has one"

UNUSED_RESOURCES: Mapping[Key, str] = {
    ("build_role", "FindModels", "model-package-group"): _GROUP,
    ("execution_role", "FindModels", "model-package-group"): _GROUP,
    ("import_role", "SeeRegisteredModels", "model-package-group"): _GROUP,
    ("execution_role", "RegisterModels", "model-package-group"): "for DescribeModelPackageGroup alone",
    ("endpoint_retirement_role", "RemoveAlarms", "alarm"): (
        "deregistering a target removes the alarms of its scaling policy; AWS does not say with whose rights"
    ),
    ("endpoint_role", "PullImages", "repository"): _IMAGES,
    ("execution_role", "PullImages", "repository"): _IMAGES,
    ("execution_role", "SeeServingImages", "repository"): _IMAGES,
    ("endpoint_role", "WriteLogs", "log-group"): (
        "the group as AWS's reference writes it; CloudWatch Logs asks with an empty stream behind it"
    ),
}
"""Resources without which nothing is refused, of statements with an action that something uses."""


def each_role(role: str) -> str:
    """A role's id without the target that it is for."""
    return re.sub(r"^apply_\w+_role$", "apply_*_role", role)


def kind(resource: str) -> str:
    """How a resource's own name begins in its ARN, as ``key`` or ``log-group``."""
    return re.split("[:/]", resource.split(":", 5)[5])[0] if resource != "*" else resource
