"""What holds other files: archives, compressed files, dumps."""
