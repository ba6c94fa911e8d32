"""A mock that runs elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from mockserver.testing.control_client import PATIENCE, SteeringError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

TOKEN = "SMSONLINE_MOCK_TOKEN"  # noqa: S105 - the name of a variable
"""The environment variable with the token of the mock's control API."""


class Remote:
    """Leads to the mock at a URL, without any proxy. Raises SteeringError for what is no URL."""

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise SteeringError(f"{url} is no URL of a mock: write it as http://127.0.0.1:8080")
        self.url = f"{parts.scheme}://{parts.netloc}"
        self._headers: Mapping[str, str] = {"authorization": f"Bearer {token}"} if token else {}
        self._opener = build_opener(ProxyHandler({}))

    def stop(self) -> None:
        """Leave it alone: it is not ours."""

    def together(self, task: Callable[[], T]) -> T:
        """Do something here: each of its requests has its own way."""
        return task()

    def send(self, method: str, target: str, body: bytes | None, wait: float | None = None) -> tuple[int, bytes]:
        """Send a request and return status and body."""
        headers = {**self._headers, "content-type": "application/json"}
        request = Request(self.url + target, body, headers, method=method)  # noqa: S310 - http or https, see above
        try:
            with self._opener.open(request, timeout=PATIENCE + (wait or 0)) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            with error:
                content = error.read()
            hint = f"; its token belongs into the environment variable {TOKEN}" if error.code == 401 else ""
            if hint:
                raise SteeringError(f"the mock at {self.url} refuses to be steered{hint}") from None
            return error.code, content
        except (URLError, OSError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise SteeringError(
                f"no mock answers at {self.url} ({reason}): start one with smsonline-mock serve"
            ) from None
