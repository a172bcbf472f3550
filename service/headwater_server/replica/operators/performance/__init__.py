"""What came of lists: questions of operators, by pages."""
