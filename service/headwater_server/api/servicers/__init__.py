"""The services. Each method has three steps: translate the request, call, translate the answer."""
