resource "aws_sagemaker_endpoint" "this" {
  name                 = var.endpoint_name
  endpoint_config_name = aws_sagemaker_endpoint_configuration.this.name

  dynamic "deployment_config" {
    for_each = var.rollout[*]
    content {
      blue_green_update_policy {
        termination_wait_in_seconds          = deployment_config.value.keep_old_seconds
        maximum_execution_timeout_in_seconds = deployment_config.value.timeout_seconds

        traffic_routing_configuration {
          type                     = deployment_config.value.type
          wait_interval_in_seconds = deployment_config.value.wait_seconds

          dynamic "canary_size" {
            for_each = deployment_config.value.type == "CANARY" ? ["percent"] : []
            content {
              type  = "CAPACITY_PERCENT"
              value = deployment_config.value.percentage
            }
          }
          dynamic "linear_step_size" {
            for_each = deployment_config.value.type == "LINEAR" ? ["percent"] : []
            content {
              type  = "CAPACITY_PERCENT"
              value = deployment_config.value.percentage
            }
          }
        }
      }

      # Always the same alarms: the provider cannot change this block, and would make another endpoint instead.
      auto_rollback_configuration {
        dynamic "alarms" {
          for_each = aws_cloudwatch_metric_alarm.this
          content {
            alarm_name = alarms.value.alarm_name
          }
        }
      }
    }
  }

  # When SageMaker rolls back, the provider reports success (terraform-provider-aws issue 46663). Without this, Terraform
  # would go on and delete the configuration and the model that still serve.
  lifecycle {
    postcondition {
      condition     = self.endpoint_config_name == var.endpoint_configuration_name
      error_message = "SageMaker rolled back: the endpoint serves ${self.endpoint_config_name}, not ${var.endpoint_configuration_name}."
    }
  }
}
