"""Mutants that speak HTTP badly, or break at what a client sends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mockserver.web.message import HttpResponse
from tests.mutants.mutant import Family

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.web.message import Header, HttpRequest
    from tests.mutants.parts import Parts
    from tests.mutants.probe import Probe

BROKEN = b'{"ok": false, "errorMessage": "INTERNAL_ERROR"}'
ORDERING = ("order", "purchase")
"""Where the paths of the operations end that order numbers."""

LARGEST = 10_000_000
"""Cents, as the contract document has it."""

mutant = Family()


def _answer(status: int, body: bytes) -> HttpResponse:
    return HttpResponse(status, [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))], body)


def _relabelled(response: HttpResponse, name: bytes, *instead: Header) -> HttpResponse:
    return response._replace(headers=[*(header for header in response.headers if header[0] != name), *instead])


def _wrong_method(probe: Probe) -> object:
    return probe.ask("DELETE", "/v3/customers/ann/balance?apiKey=ann-key").headers.get("allow")


@mutant("The answer to a wrong method does not say which would be right.", _wrong_method)
def no_allow_with_405(parts: Parts) -> None:
    def wire(request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
        return _relabelled(answer(request), b"allow")

    parts.wire(wire)


@mutant("A path that there is not is answered with the status 200.", lambda probe: probe.get("no/such/path").seen)
def not_found_as_200(parts: Parts) -> None:
    parts.fails("v3", {"NOT_FOUND": 200})


@mutant("A missing key is answered with the status 200.", lambda probe: probe.ask("GET", "/cs/getBalance").seen)
def unauthorized_as_200(parts: Parts) -> None:
    parts.fails("v2", {"UNAUTHORIZED": 200})


@mutant("A request that does not fit is a failure of the service.", lambda probe: probe.try_order(country="").seen)
def invalid_request_as_500(parts: Parts) -> None:
    parts.fails("v3", {"INVALID_REQUEST": 500})


def _order_of_bytes(probe: Probe, content: bytes, media_type: str = "application/json") -> object:
    return probe.ask("PUT", "/v3/numbers/ann/order", content, **{"content-type": media_type}).seen


@mutant("The service breaks at a body that is no JSON.", lambda probe: _order_of_bytes(probe, b'{"apiKey": '))
def malformed_json_breaks_it(parts: Parts) -> None:
    def wire(request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
        try:
            json.loads(request.body or b"0")
        except ValueError:
            return _answer(500, BROKEN)
        return answer(request)

    parts.wire(wire)


@mutant("The service breaks at a body that is too long.", lambda probe: _order_of_bytes(probe, b" " * 2_000_000))
def oversized_body_breaks_it(parts: Parts) -> None:
    parts.fails("v3", {"CONTENT_TOO_LARGE": 500})
    parts.fails("v2", {"CONTENT_TOO_LARGE": 500})


@mutant("A maximum price that is no number is taken for none.", lambda probe: probe.try_order(maximumPrice="x").seen)
def bad_maximum_let_through(parts: Parts) -> None:
    def wire(request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
        response = answer(request)
        if response.status != 400 or not request.path.endswith(ORDERING) or b"maximumPrice" not in response.body:
            return response
        try:
            order_arguments = json.loads(request.body or b"")
        except ValueError:
            return response
        if not isinstance(order_arguments, dict):
            return response
        return answer(request._replace(body=json.dumps({**order_arguments, "maximumPrice": "9999"}).encode()))

    parts.wire(wire)


@mutant("The content type of an answer is that of a page.", lambda probe: probe.get("numbers/countries").headers)
def answer_of_another_type(parts: Parts) -> None:
    def wire(request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
        return _relabelled(answer(request), b"content-type", (b"content-type", b"text/html"))

    parts.wire(wire)


@mutant("A long answer is cut short.", lambda probe: probe.get2("getCountries").seen)
def long_answer_cut_short(parts: Parts) -> None:
    def wire(request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
        response = answer(request)
        if len(response.body) < 2000:
            return response
        return _answer(response.status, response.body[:2000])

    parts.wire(wire)


def _refused(probe: Probe) -> object:
    return probe.ask("GET", "/v3/customers/ann/balance?apiKey=no-key").seen


@mutant("A refusal repeats the key that was sent.", _refused)
def key_repeated(parts: Parts) -> None:
    def wire(request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
        response = answer(request)
        if response.status not in (400, 401, 403):
            return response
        failure = json.loads(response.body)
        text = "errorMessage" if "errorMessage" in failure else "message"
        told = {**failure, text: f"{failure[text]} ({request.query.decode('latin-1')} {request.bearer or ''})"}
        return _answer(response.status, json.dumps(told).encode())

    parts.wire(wire)


@mutant("A maximum price that is a number is refused.", lambda probe: probe.try_order(maximumPrice=9999).seen)
def integer_maximum_refused(parts: Parts) -> None:
    def wire(request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
        if request.path.endswith(ORDERING) and b'"maximumPrice":' in (body := (request.body or b"").replace(b" ", b"")):
            value = body.partition(b'"maximumPrice":')[2][:1]
            if value.isdigit():
                return _answer(400, b'{"ok": false, "errorMessage": "INVALID_REQUEST"}')
        return answer(request)

    parts.wire(wire)


@mutant("The service breaks at the largest amount that can be paid in.", lambda probe: probe.pay(LARGEST).seen)
def largest_amount_breaks_it(parts: Parts) -> None:
    def wire(request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
        if request.path.endswith(f"/invoice/{LARGEST}"):
            return _answer(500, BROKEN)
        return answer(request)

    parts.wire(wire)
