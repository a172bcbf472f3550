"""The gRPC server under the services: grpcio's completion queue, or `grpc.aio` where it must be.

In: method handlers, a port. Out: each call as a task on the loop, with a context like grpc.aio's.
"""
