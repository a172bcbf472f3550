"""Forms of files: how they are recognised and what their columns mean, as TOML."""
