"""What the objectives of lists bring and cost, and what rewards as numbers bring."""
