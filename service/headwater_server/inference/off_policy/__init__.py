"""The value of a policy, from rows that another policy showed."""
