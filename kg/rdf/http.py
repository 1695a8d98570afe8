"""HTTP with a store: one session, and errors that say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from urllib3.exceptions import ProtocolError

from kg.errors import KgError, UsageError

_CONNECT_TIMEOUT = 10.0


class HttpClient:
    """Sends requests to a SPARQL server and turns every failure into one line.

    A user name and password come from the URL (``http://user:secret@host/…``) or from ``~/.netrc``.

    Args:
        timeout: How many seconds the server may be silent.
    """

    def __init__(self, timeout: float) -> None:
        self._session = requests.Session()
        self._timeout = timeout

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], data: Any, hint: str = ""
    ) -> requests.Response:
        """Send a request and return its answer.

        Args:
            method: ``POST`` or ``PUT``.
            url: The address.
            headers: The request's headers.
            data: Its body, or its form.
            hint: What kind of address is needed, for an error that says that this is none.

        Raises:
            UsageError: The server calls the request malformed (status 400), as it does for invalid SPARQL.
            KgError: Any other failure.
        """
        where = self.shown(url)
        try:
            response = self._session.request(
                method, url, headers=dict(headers), data=data, timeout=(_CONNECT_TIMEOUT, self._timeout)
            )
        except requests.Timeout as error:
            raise KgError("no answer in time; try again, or look at the server", where=where) from error
        except requests.ConnectionError as error:
            broken = isinstance(error.args[0] if error.args else None, ProtocolError)
            reason = (
                "the connection broke off; look at the server"
                if broken
                else "no connection; is the server running?"
            )
            raise KgError(reason, where=where) from error
        except (requests.RequestException, ValueError) as error:
            raise KgError(f"the request failed: {error}", where=where) from error
        if response.ok:
            return response
        detail = " ".join(response.text[:300].split())
        match response.status_code:
            case 400:
                raise UsageError(f"the server refused the request: {detail}", where=where)
            case 401 | 403:
                reason = "a login is needed; put it in the URL (http://user:password@…) or in ~/.netrc"
            case 404:
                reason = "nothing is at this address; " + (hint or "check the path of the URL")
            case 405 | 415:
                reason = "this address does not take such a request; " + (hint or "check the path of the URL")
            case status:
                reason = f"the server failed with status {status}: {detail}"
        raise KgError(reason, where=where)

    @staticmethod
    def shown(url: str) -> str:
        """The URL without its user name and password."""
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
