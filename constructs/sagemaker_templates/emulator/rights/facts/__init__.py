"""Facts that the table speaks of, by their names: what no parameter of a request says as such."""

from collections.abc import Mapping

from sagemaker_templates.emulator.rights.facts import application_autoscaling, general, identity, kms, s3, sagemaker
from sagemaker_templates.emulator.rights.scope import Fact

FACTS: Mapping[str, Fact] = {
    **general.FACTS,
    **application_autoscaling.FACTS,
    **identity.FACTS,
    **kms.FACTS,
    **s3.FACTS,
    **sagemaker.FACTS,
}
