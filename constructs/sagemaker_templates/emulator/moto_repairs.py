"""Repairs of moto's own models, where a reply loses what the request said."""


def keep_descriptions_of_rules_between_groups() -> None:
    """Read a security group rule's description from the group that it refers to, too: moto looks at ranges only."""
    from moto.ec2.models.security_groups import SecurityGroupRule

    def description(rule: SecurityGroupRule) -> str | None:
        text: str | None = rule.ip_range.get("Description") or rule.source_group.get("Description")
        return text

    SecurityGroupRule.description = property(description)
