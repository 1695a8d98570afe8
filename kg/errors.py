"""The error that ends a command with one line."""

from __future__ import annotations


class KgError(Exception):
    """What is wrong, where, and what to do, in one line.

    Args:
        message: What is wrong and what to do about it.
        where: A file (with its line), a URL or an option; put before the message.
    """

    def __init__(self, message: str, *, where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class UsageError(KgError):
    """The call itself is wrong (an unknown name, format or option); the command exits with status 2."""
