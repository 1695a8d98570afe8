"""The graph over HTTP on loopback: a SPARQL 1.1 endpoint, linked data, and the explorer with its API.

Nothing is imported here: each worker process imports this package first, and must start quickly.
"""
