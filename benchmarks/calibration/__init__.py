"""Is `probability` what it says? On simulated shoppers and on Open Bandit's rows."""
