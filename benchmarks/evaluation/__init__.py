"""Do the estimates, intervals and experiments hold what they say? One program for each bar."""
