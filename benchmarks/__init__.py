"""Speed, compared with a bare gRPC echo (`make bench`), and quality, compared with peers."""
