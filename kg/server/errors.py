"""What the API answers a wrong request with."""

from __future__ import annotations


class RequestError(Exception):
    """A request that can't be answered.

    Args:
        message: What is wrong, for the person who asks.
    """

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadRequest(RequestError):  # noqa: N818
    """A parameter or a body is wrong."""


class NotFound(RequestError):  # noqa: N818
    """The graph has no such thing."""

    status = 404


class TooLarge(RequestError):  # noqa: N818
    """The body asks for more than one answer holds."""

    status = 413
