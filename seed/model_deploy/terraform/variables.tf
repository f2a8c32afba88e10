# Written by the build into terraform.tfvars.json, from environments/*.yml and from what the platform says of the target.

variable "region" {
  type = string
}

variable "tags" {
  description = "On everything that can carry tags."
  type        = map(string)
}

variable "endpoint_name" {
  type = string
}

variable "model_name" {
  description = "Another one whenever the model's content is another: a model cannot be changed, only replaced."
  type        = string
}

variable "endpoint_configuration_name" {
  description = "Another one whenever the configuration's content is another, for the same reason."
  type        = string
}

variable "model_package_arn" {
  description = "The approved version in the model registry, perhaps of another account."
  type        = string
}

variable "execution_role_arn" {
  type = string
}

variable "enable_network_isolation" {
  type = bool
}

variable "subnet_ids" {
  type = list(string)
}

variable "security_group_ids" {
  type = list(string)
}

variable "volume_kms_key_arn" {
  description = "Null where a variant has no volume that SageMaker could encrypt with it."
  type        = string
}

variable "variants" {
  description = "Each has an instance type and count, or is serverless."
  type = map(object({
    weight         = number
    instance_type  = optional(string)
    instance_count = optional(number)

    inference_ami_version               = optional(string)
    volume_size_gb                      = optional(number)
    model_data_download_timeout_seconds = optional(number)
    container_startup_timeout_seconds   = optional(number)
    routing                             = optional(string)

    serverless = optional(object({ memory_mb = number, max_concurrency = number }))
    autoscaling = optional(object({
      min                        = number
      max                        = number
      invocations_per_instance   = number
      scale_in_cooldown_seconds  = number
      scale_out_cooldown_seconds = number
    }))
  }))
}

variable "data_capture" {
  description = "Null where nothing is captured."
  type        = object({ uri = string, percentage = number, kms_key_arn = string })
}

variable "alarms" {
  description = "By name; each watches one metric, minute by minute, of whichever variant is worst."
  type = map(object({
    metric    = string
    statistic = string
    above     = number
    minutes   = number
  }))
}

variable "alarm_actions" {
  type = list(string)
}

variable "rollout" {
  description = "How traffic moves to a new configuration. Null for serverless: it knows only one way."
  type = object({
    type             = string
    percentage       = optional(number)
    wait_seconds     = number
    keep_old_seconds = number
    timeout_seconds  = number
  })
}
