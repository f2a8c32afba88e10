"""Resources that are billed for being there, and by what; prices are AWS's to say."""

BILLED = {
    "aws_cloudwatch_dashboard": "per month",
    "aws_cloudwatch_metric_alarm": "per month",
    "aws_codepipeline": "per month or minute of execution, by its type",
    "aws_eip": "per hour",
    "aws_kms_key": "per month and by requests",
    "aws_lb": "per hour and by traffic",
    "aws_nat_gateway": "per hour and by traffic",
    "aws_sagemaker_endpoint": "per hour and instance, or by use",
    "aws_sagemaker_domain": "by its storage and the apps that run in it",
    "aws_sagemaker_notebook_instance": "per hour",
    "aws_secretsmanager_secret": "per month and by requests",
    "aws_vpc_endpoint": "per hour, zone and by traffic, if it is of type Interface",
}
"""Resource type → what it is billed by (https://aws.amazon.com/pricing/)."""
