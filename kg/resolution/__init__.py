"""One entity per thing, whatever the papers call it."""

from __future__ import annotations

from kg.resolution.resolver import Resolution, Resolver

__all__ = ["Resolution", "Resolver"]
