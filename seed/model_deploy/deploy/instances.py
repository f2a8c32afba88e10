"""What is known about instance types."""

import re

# Families with a d after the generation (m5d, c6gd, g4dn, p4de ...), and accelerated ones that always have it.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-store-volumes.html
_LOCAL_STORAGE = re.compile(
    r"ml\.(?:[a-z]+\d+[a-z]*d[a-z]*|g5|g6e?|gr6|p5(?:e|en)?|p6-?\w*|trn1n?|trn2|dl1|i\d\w*)\."
)


def has_local_storage(instance_type: str) -> bool:
    """Whether the instance comes with local NVMe storage.

    Such storage is encrypted by its own hardware, and SageMaker refuses a key for it (KmsKeyId in
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html).
    """
    return bool(_LOCAL_STORAGE.match(instance_type))
