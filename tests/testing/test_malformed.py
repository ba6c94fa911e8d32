"""Requests that break the contract before their schema is checked, over a socket: each is a violation of its world."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

if TYPE_CHECKING:
    from mockserver.testing import SmsOnline
    from mockserver.testing.records import Violation

FIELDS = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "16", "m": "", "n": ""}
ORDER = "/v3/numbers/USER/order"
SOUND = json.dumps({"apiKey": "KEY", **FIELDS})
FORM = "application/x-www-form-urlencoded"


class Malformed(NamedTuple):
    """A request of the account USER with the key KEY; it has a JSON body unless it says otherwise."""

    place: str
    says: str
    method: str = "PUT"
    target: str = ORDER
    body: str = SOUND
    media: str = "application/json"
    charset: str = "utf-8"


MALFORMED = {
    "a form": Malformed("contentType", f"not {FORM}", body=urlencode({"apiKey": "KEY", **FIELDS}), media=FORM),
    "no media type": Malformed("contentType", "send content-type: application/json", media=""),
    "Python instead of JSON": Malformed("body", "is not valid JSON", body=str({"apiKey": "KEY", **FIELDS})),
    "UTF-16": Malformed("body", "is not valid JSON", charset="utf-16"),
    "a field twice": Malformed("body", 'has the field "m" twice', body=SOUND[:-1] + ',"m":"1"}'),
    "no body": Malformed("body", "is empty", target=f"{ORDER}?apiKey=KEY", body=""),
    "no body, and no key": Malformed("body", "is empty", body=""),
    "a broken query": Malformed("query", "a % in the query", "GET", "/v3/customers/USER/balance?apiKey=KEY&x=%zz"),
    "a broken path": Malformed("path", "a % is not followed by", "GET", "/v3/customers/%zz/balance?apiKey=KEY"),
    "a wrong method": Malformed("method", "allows PUT, not POST", "POST"),
    "a wrong path": Malformed("path", "did you mean /v3/numbers/{userId}/order?", target="/v3/numbers/USER/orderr"),
}


def send(world: SmsOnline, wrong: Malformed) -> list[Violation]:
    """Send a request; answer what the world has against its client."""

    def own(text: str) -> str:
        return text.replace("USER", world.user_id).replace("KEY", world.api_key)

    body = own(wrong.body).encode(wrong.charset)
    headers = {"content-type": wrong.media} if wrong.media else {}
    connection = HTTPConnection(urlsplit(world.base_url).netloc)
    connection.request(wrong.method, own(wrong.target), body, headers)
    connection.getresponse().read()
    connection.close()
    return world.violations


every_request = pytest.mark.parametrize("wrong", MALFORMED.values(), ids=MALFORMED)


@every_request
def test_the_cause_is_the_only_violation(world: SmsOnline, wrong: Malformed) -> None:
    [violation] = send(world, wrong)
    assert (violation.place, violation.level, wrong.says in violation.message) == (wrong.place, "error", True)


@every_request
def test_a_client_that_sends_it_gets_no_a(world: SmsOnline, wrong: Malformed) -> None:
    send(world, wrong)
    assert world.grade().letter in ("C", "D")


def test_a_preflight_of_a_browser_is_none(world: SmsOnline) -> None:
    preflight = {"origin": "http://page.test", "access-control-request-method": "PUT"}
    connection = HTTPConnection(urlsplit(world.base_url).netloc)
    connection.request("OPTIONS", f"{ORDER}?apiKey={world.api_key}", headers=preflight)
    connection.getresponse().read()
    connection.close()
    assert not world.violations
