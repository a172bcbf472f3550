"""Speed, held against a bare gRPC echo in the same run (`make bench`); quality, held against peers."""
