"""The presets: one TOML file for each kind of file that shops have."""
