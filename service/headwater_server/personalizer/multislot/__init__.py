"""Several slots on one page: each gets another action, and a reward of its own."""
