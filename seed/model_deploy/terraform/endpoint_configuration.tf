resource "aws_sagemaker_endpoint_configuration" "this" {
  name        = var.endpoint_configuration_name
  kms_key_arn = var.volume_kms_key_arn

  dynamic "production_variants" {
    for_each = var.variants
    content {
      variant_name           = production_variants.key
      model_name             = aws_sagemaker_model.this.name
      initial_variant_weight = production_variants.value.weight
      instance_type          = production_variants.value.instance_type
      initial_instance_count = production_variants.value.instance_count

      inference_ami_version = production_variants.value.inference_ami_version
      volume_size_in_gb     = production_variants.value.volume_size_gb

      model_data_download_timeout_in_seconds            = production_variants.value.model_data_download_timeout_seconds
      container_startup_health_check_timeout_in_seconds = production_variants.value.container_startup_timeout_seconds

      dynamic "routing_config" {
        for_each = production_variants.value.routing[*]
        content {
          routing_strategy = routing_config.value
        }
      }

      dynamic "serverless_config" {
        for_each = production_variants.value.serverless[*]
        content {
          memory_size_in_mb = serverless_config.value.memory_mb
          max_concurrency   = serverless_config.value.max_concurrency
        }
      }
    }
  }

  dynamic "data_capture_config" {
    for_each = var.data_capture[*]
    content {
      enable_capture              = true
      initial_sampling_percentage = data_capture_config.value.percentage
      destination_s3_uri          = data_capture_config.value.uri
      kms_key_id                  = data_capture_config.value.kms_key_arn

      capture_options {
        capture_mode = "Input"
      }
      capture_options {
        capture_mode = "Output"
      }
      # What is captured as text; anything else is captured as base64.
      capture_content_type_header {
        csv_content_types  = ["text/csv"]
        json_content_types = ["application/json"]
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}
