"""The only place that names protobuf fields: requests in, responses out, one module per service.

Translation checks the whole request; `InvalidRequest` names the field as the API does.
"""
