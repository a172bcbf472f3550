"""Reports of what came of the lists: periods, tables, files."""
