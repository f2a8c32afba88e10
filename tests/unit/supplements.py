"""What the emulator does beside moto: its supplements, as a new emulator has them."""

from sagemaker_templates.emulator.supplement import (
    application_autoscaling,
    codebuild,
    codecommit,
    codepipeline,
    connections,
    lambda_functions,
    logs,
    sagemaker,
)

SUPPLEMENTS = [
    application_autoscaling.supplement(),
    codebuild.supplement(),
    codecommit.supplement(),
    codepipeline.supplement(),
    lambda_functions.supplement(),
    logs.supplement(),
    sagemaker.supplement(),
    *connections.supplements(connections.Connections()),
]
