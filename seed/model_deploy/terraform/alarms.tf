# They name the endpoint by its name, not by the resource: the endpoint's rollout is what they guard.
resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = var.alarms

  alarm_name          = "${var.endpoint_name}-${each.key}"
  alarm_description   = "${each.value.metric} of ${var.endpoint_name}, the variant where it is highest"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  evaluation_periods  = each.value.minutes
  # No requests are no problem, and an endpoint that does not exist yet has none.
  treat_missing_data = "notBreaching"
  alarm_actions      = var.alarm_actions
  ok_actions         = var.alarm_actions

  metric_query {
    id          = "worst"
    label       = "${each.value.metric}, worst variant"
    expression  = "MAX(METRICS())"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = keys(var.variants)
    content {
      id = "m${metric_query.key}"

      metric {
        namespace   = "AWS/SageMaker"
        metric_name = each.value.metric
        dimensions  = { EndpointName = var.endpoint_name, VariantName = metric_query.value }
        stat        = each.value.statistic
        period      = 60
      }
    }
  }
}
