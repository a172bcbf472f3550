"""What the commands `experiment` and `policy` share: files, the server, tables, questions."""
