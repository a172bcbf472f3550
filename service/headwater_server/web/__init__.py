"""The web process: the pages of console and shop, and Personalizer's API, over HTTP.

In: HTTP requests. Out: files of the pages, and answers of the server, which it calls by gRPC.
"""
