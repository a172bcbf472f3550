"""The only place that names protobuf's fields: requests in, answers out, one module a service.

A request is checked whole while it is translated; `InvalidRequest` names the field as the API does.
"""
