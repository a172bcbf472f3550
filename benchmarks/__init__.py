"""Speed, held against a bare gRPC echo (`make bench`), and quality, held against peers."""
