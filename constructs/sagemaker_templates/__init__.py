"""SageMaker project templates: settings in, Terraform JSON out."""
