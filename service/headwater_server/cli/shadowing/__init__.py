"""What `headwater shadow` does between its flags and its report."""
