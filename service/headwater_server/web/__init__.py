"""The web process: pages, and doors for those who speak HTTP. It reaches the server by gRPC."""
