"""What a log and a state hold, as rows of tables: for files, and for downloads."""
