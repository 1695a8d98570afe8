"""What keeps other pages of a browser, and other machines, from what is served on loopback."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
"""The names of this machine that are always allowed."""

_MAX_BODY: Final = 4 << 20
_MAX_TARGET: Final = 32 << 10
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine reach an address."""
    return host in LOOPBACK or host == "::1" or host.startswith("127.")


def error_response(
    path: str, status: int, message: str, headers: Mapping[str, str] | None = None
) -> Response:
    """An error as JSON under ``/api/``, else as a line of text."""
    if path.startswith("/api/"):
        return JSONResponse({"error": message}, status, headers)
    return PlainTextResponse(f"{message}\n", status, headers)


class Guard:
    """Lets a request through only if it is meant for this server and not too large, and adds headers.

    A page of another site can make a browser send requests here, and, by a name that it makes resolve to this
    machine (DNS rebinding), also read the answers: so the name in the request must be one of ours. What
    changes nothing may be asked for by anybody, but the answer's headers keep other sites from reading it.

    Args:
        app: The application.
        hosts: The names that are allowed besides ``LOOPBACK``, without port; ``*`` allows all.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self._app = app
        self._any = "*" in hosts
        self._hosts = frozenset(host.lower() for host in (*LOOPBACK, *hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(scope=message))
            await send(message)

        refusal = self._refusal(scope, Headers(scope=scope))
        if refusal:
            await refusal(scope, receive, send_with_headers)
            return
        received = 0

        async def receive_some() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > _MAX_BODY:
                raise HTTPException(413, f"a request may have {_MAX_BODY:,} bytes", {"Connection": "close"})
            return message

        await self._app(scope, receive_some, send_with_headers)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        path = scope["path"]
        host = headers.get("host", "")
        name = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        if not self._any and (len(headers.getlist("host")) != 1 or name.lower() not in self._hosts):
            return error_response(
                path, 421, "this server is not known by that name; start it with --allow-host NAME"
            )
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _MAX_TARGET:
            return error_response(
                path, 414, f"the address is longer than {_MAX_TARGET:,} bytes; send a long query by POST"
            )
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > _MAX_BODY:
            return error_response(
                path, 413, f"a request may have {_MAX_BODY:,} bytes", {"Connection": "close"}
            )
        if scope["method"] == "POST" and path.startswith("/api/"):
            # A form of another site can't be sent with this content type unless that site is allowed.
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                return error_response(path, 415, "send JSON, with Content-Type: application/json")
        return None


def _add_headers(headers: MutableHeaders) -> None:
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    if headers.get("content-type", "").startswith("text/html"):
        headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    etag = headers.get("etag", "")
    if headers.get("content-encoding") == "gzip" and etag.startswith('"') and not etag.endswith('-gzip"'):
        headers["ETag"] = f"W/{etag}"  # compressed on its way: not the same bytes any more
