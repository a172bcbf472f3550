"""The log as Parquet files by hour, for DuckDB and everything else that reads Parquet."""
