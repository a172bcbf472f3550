"""What `headwater evaluate` does between its flags and its report."""
