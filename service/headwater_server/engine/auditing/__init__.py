"""Who changed what, and when: the audit log of the state, without persons' data."""
