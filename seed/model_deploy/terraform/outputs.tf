output "endpoint_name" {
  value = aws_sagemaker_endpoint.this.name
}

output "endpoint_configuration_name" {
  value = aws_sagemaker_endpoint_configuration.this.name
}

output "model_package_arn" {
  value = var.model_package_arn
}
