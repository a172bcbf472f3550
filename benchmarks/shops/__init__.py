"""Made shops of any size, in the shape of real ones."""
