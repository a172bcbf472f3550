"""The report of an evaluation: as JSON, and as one page of HTML."""
