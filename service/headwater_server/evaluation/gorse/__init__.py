"""What Gorse exports: its items, users and feedback, in each of the formats it has had."""
