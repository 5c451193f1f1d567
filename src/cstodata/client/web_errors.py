"""What goes wrong on the web, in one sentence each."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from cstodata.errors import StoreError, UnreachableError

if TYPE_CHECKING:
    from requests import RequestException, Response


def told(error: RequestException, place: str, path: str) -> StoreError:
    """What requests' last error means, in one sentence."""
    from requests import exceptions

    kind: type[StoreError] = UnreachableError
    match error:
        case exceptions.SSLError():
            kind, why = StoreError, "its certificate cannot be trusted"
        case exceptions.Timeout():
            why = "nothing came within the time allowed"
        case exceptions.ProxyError():
            why = "the proxy cannot be reached, or refuses"
        case exceptions.HTTPError() if error.response is not None:
            why = f"the server answers {status(error.response)}"
        case exceptions.TooManyRedirects():
            kind, why = StoreError, "it is redirected again and again"
        case exceptions.ChunkedEncodingError() | exceptions.ContentDecodingError():
            why = "the answer broke off"
        case exceptions.ConnectionError():
            why = "it cannot be reached"
        case _:
            kind, why = StoreError, f"it cannot be asked for ({type(error).__name__})"  # the rest may hold a password
    return kind(place, why=f"{path}: {why}")


def status(answer: Response) -> str:
    """A status of HTTP, with its words."""
    known = {each.value: each.phrase for each in HTTPStatus}
    return f"{answer.status_code} {known.get(answer.status_code, '')}".rstrip()
