"""Rights of our roles that nothing was found to use, each with the reason why it stands there all the same.

The keys are role, statement and action, or role, statement and the beginning of the resource's own name. Of roles
that there is one of for each target, such as ``apply_prod_role``, the target's name is ``*``.
"""

from collections.abc import Mapping

Key = tuple[str, str, str]

_BUILDS = ("apply_*_role", "build_project_role", "build_role", "review_role")
_OF_SAMPLES = "stands in AWS's samples of key policies; S3 does not ask for it"
_OF_THE_REGISTRY = (
    "AWS's policy for the registry has it; no page says what registering a version of a pipeline asks for"
)
_OF_BUCKETS = "only AWS's policies for whole buckets have it"
_OF_NO_PAGE = "no page has it for jobs and endpoints"

UNUSED: Mapping[Key, str] = {
    **{
        (role, "UsePipelineKey", f"kms:{action}"): _OF_SAMPLES
        for role in (*_BUILDS, "delivery_pipeline_role")
        for action in ("DescribeKey", "Encrypt", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo")
    },
    **{
        (role, "UsePipelineKey", "kms:GenerateDataKey"): "of builds without outputs, which store nothing"
        for role in ("apply_*_role", "build_project_role", "review_role")
    },
    **{
        (role, "PipelineArtifactBucket", "s3:GetBucketVersioning"): "of builds; CodePipeline's own role uses it"
        for role in _BUILDS
    },
    **{
        (role, statement, "s3:GetBucketLocation"): _OF_BUCKETS
        for role, statement in (
            ("execution_role", "ListBucket"),
            ("execution_role", "ListModelBucket"),
            ("endpoint_role", "FindCaptureBucket"),
            ("endpoint_role", "ListModelBucket"),
            ("import_role", "ListBucket"),
        )
    },
    **{
        (role, "UseKey", "kms:DescribeKey"): _OF_NO_PAGE
        for role in ("endpoint_role", "execution_role", "import_role")
    },
    ("build_project_role", "EncryptCode", "kms:Decrypt"): "of uploads in parts, which the build has none of",
    (
        "build_project_role",
        "EncryptCode",
        "kms:GenerateDataKey",
    ): "where one key is both the pipeline's and the data's",
    ("build_project_role", "UsePipelineKey", "kms:Decrypt"): "where one key is both the pipeline's and the data's",
    ("delivery_pipeline_role", "ReadRepository", "codecommit:GetRepository"): (
        "for clones; CodePipeline's console grants it in any case"
    ),
    ("deployer_role", "SeeKey", "kms:DescribeKey"): _OF_NO_PAGE,
    ("deployer_role", "UseModels", "sagemaker:CreateModel"): (
        "of models of the same account: only what AWS writes of another account's packages has it"
    ),
    ("deployer_role", "UseModels", "sagemaker:DescribeModelPackage"): "what AWS writes of another account's has it",
    ("endpoint_role", "FindCaptureBucket", "s3:ListBucket"): _OF_BUCKETS,
    ("endpoint_role", "UseKey", "kms:Decrypt"): "S3 asks for it where what is captured is stored in parts",
    ("execution_role", "ListBucket", "s3:ListBucket"): "of the role that starts an import and reads one file",
    ("execution_role", "PullImages", "ecr:BatchGetImage"): "where jobs and endpoints run the same image",
    ("execution_role", "ReadModels", "s3:GetObject"): _OF_THE_REGISTRY,
    ("execution_role", "RegisterModels", "sagemaker:AddTags"): "the seeds' versions have no tags",
    ("execution_role", "RegisterModels", "sagemaker:DescribeModelPackage"): _OF_THE_REGISTRY,
    ("execution_role", "RegisterModels", "sagemaker:DescribeModelPackageGroup"): _OF_THE_REGISTRY,
    ("execution_role", "SeeServingImages", "ecr:BatchGetImage"): "where jobs and endpoints run the same image",
    ("execution_role", "UseModels", "sagemaker:CreateModel"): (
        "of models of the same account: only what AWS writes of another account's packages has it"
    ),
}
"""Actions without which nothing is refused."""

_GROUP = "AWS's reference names packages alone; a group is what the request names"
_IMAGES = "each image that a model may be served by, and one model has one"

UNUSED_RESOURCES: Mapping[Key, str] = {
    ("build_role", "FindModels", "model-package-group"): _GROUP,
    ("execution_role", "FindModels", "model-package-group"): _GROUP,
    ("import_role", "SeeRegisteredModels", "model-package-group"): _GROUP,
    ("execution_role", "RegisterModels", "model-package-group"): "for DescribeModelPackageGroup, see above",
    ("endpoint_retirement_role", "RemoveAlarms", "alarm"): (
        "deregistering a target removes the alarms of its scaling policy; AWS does not say with whose rights"
    ),
    ("endpoint_role", "PullImages", "repository"): _IMAGES,
    ("execution_role", "PullImages", "repository"): _IMAGES,
    ("execution_role", "SeeServingImages", "repository"): _IMAGES,
    ("endpoint_role", "WriteLogs", "log-group"): (
        "the group as AWS's reference writes it; CloudWatch Logs asks with an empty stream behind it"
    ),
    ("execution_role", "CreateInterfaces", "security-group"): (
        "a given group of a shared VPC is either account's, and its id is one account's only"
    ),
}
"""Resources without which nothing is refused, of statements with an action that something uses."""
