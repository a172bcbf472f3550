"""What reading a file of a million rows costs, by the process that reads it."""
