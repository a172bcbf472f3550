"""RuleService and AuditService: rules as messages and as objects of the setting `rules`."""
