"""From weights and rewards to estimates with intervals, and a verdict or the reason for none."""
