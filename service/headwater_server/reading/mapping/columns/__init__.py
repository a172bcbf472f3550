"""Forms compiled to SQL: where cells come from, and the columns that the reader takes."""
