resource "aws_sagemaker_model" "this" {
  name                     = var.model_name
  execution_role_arn       = var.execution_role_arn
  enable_network_isolation = var.enable_network_isolation

  primary_container {
    model_package_name = var.model_package_arn
  }

  dynamic "vpc_config" {
    for_each = length(var.subnet_ids) > 0 ? ["given"] : []
    content {
      subnets            = var.subnet_ids
      security_group_ids = var.security_group_ids
    }
  }

  # The endpoint needs the old one until it serves the new one.
  lifecycle {
    create_before_destroy = true
  }
}
