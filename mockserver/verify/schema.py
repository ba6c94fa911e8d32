"""The suite `schema`: valid and invalid requests that schemathesis generates from the contract documents.

Every response is checked against the contract document, as in all suites. Every request is checked too, so that the
suite can judge a refusal or a grant. The checks of schemathesis also run, except the `EXCLUSIONS`.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import requests
from hypothesis import HealthCheck, Phase, settings
from requests.adapters import BaseAdapter
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import derive_operation_seed
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.openapi import from_dict
from urllib3 import HTTPHeaderDict, HTTPResponse

from mockserver.contract import Found
from mockserver.findings import Exclusion
from mockserver.findings.run import EVERYTHING
from mockserver.traffic import Answer, Request
from mockserver.traffic.exchange import facts_of
from mockserver.traffic.spending import READS
from mockserver.verify.assertions import judge
from mockserver.verify.guard import DeniedError
from mockserver.verify.target import NO_CREDENTIALS
from mockserver.verify.worlds import world

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.contract import Document, Operation
    from mockserver.traffic import Exchange
    from mockserver.verify.context import Context
    from mockserver.verify.target import Account

Json = dict[str, Any]

EXAMPLES = 10
"""The number of generated requests for each operation, in addition to its examples and the coverage phase."""
FEW = 3
"""The number of generated requests for each operation on a remote server."""

EXCLUSIONS = (
    Exclusion("response_schema_conformance", "*", "every suite checks the response against the contract document"),
    Exclusion("status_code_conformance", "*", "every suite checks the status against the contract document"),
    Exclusion("content_type_conformance", "*", "every suite checks the content type against the contract document"),
    Exclusion("not_a_server_error", "*", "every suite reports a status of 500 or above"),
    Exclusion("response_headers_conformance", "*", "every suite checks the headers against the contract document"),
    Exclusion("positive_data_acceptance", "*", "the suite checks the request against the contract document itself"),
    Exclusion("missing_required_header", "*", "no operation has a header parameter"),
    Exclusion("unsupported_method", "*", "the suite safety tries every method on every path"),
    Exclusion("allow_header_conformance", "*", "the suite safety compares every Allow header"),
    Exclusion("ignored_auth", "*", "a key is a parameter here, and the suite safety tries wrong keys"),
    Exclusion("object_level_authorization", "*", "the suite safety requests other users' orders"),
    Exclusion("use_after_free", "*", "a refunded order can still be read"),
    Exclusion("ensure_resource_availability", "*", "the suite lifecycle reads every order that it places"),
)
"""The checks of schemathesis that do not run, and the reason. Only negative_data_rejection runs."""

GENERATION = {"mode": "all", "allow-x00": False, "database": "none"}
"""How requests are generated: valid and invalid ones, but without NUL, whose handling no contract states."""


ADDED = frozenset(
    {"user-agent", "accept", "accept-encoding", "connection", "content-length", "x-schemathesis-testcaseid"}
)
"""Headers that requests and schemathesis add. They are left out of the evidence; the last one differs between runs."""


def run(context: Context) -> None:
    """Send generated requests to every operation."""
    if context.has_app_factory:
        account = world("desk").account("demo")
    elif context.accounts:
        account = context.accounts[0]
    else:
        context.skip(EVERYTHING, NO_CREDENTIALS)
        return
    for document in context.documents.values():
        _run_document(context, document, account)


def _run_document(context: Context, document: Document, account: Account) -> None:
    credentials = {"user": account.user, "key": account.key}
    data = _with_examples(narrowed(document.resolve(""), credentials), _names(document, credentials))
    schema = from_dict(data, config=SchemathesisConfig.from_dict({"generation": GENERATION}))
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(context, document))
    for result in schema.get_all_operations():
        definition: Any = result.ok()  # type: ignore[union-attr] # schemathesis can read every operation of ours
        operation = document.operations[definition.definition.raw["operationId"]]
        if context.setting.guard.remote and operation.effect != READS:
            context.skip(operation.name, "only read operations are fuzzed on a remote server")
            continue
        if context.has_app_factory:
            desk = world("desk")
            context.begin(desk.scenario, desk.accounts)
        _fuzz(context, document, operation, definition, session)


def _fuzz(
    context: Context, document: Document, operation: Operation, definition: Any, session: requests.Session
) -> None:
    """Send the generated requests of one operation. `definition` is the operation as schemathesis has it."""
    checks = _checks(operation)

    def attempt(case: Any) -> None:
        context.case()
        try:
            response = case.call(base_url=context.base(document.name), session=session)
        except (requests.RequestException, DeniedError):
            return  # there was no response, which is a finding already, or the guard denied the request
        try:
            case.validate_response(response, checks=checks)
        except FailureGroup as group:
            for failure in group.exceptions if _grants(operation, response) else ():
                context.breach("wrong-request-refused", operation.name, failure.message)

    few = context.setting.guard.remote
    modes = [HypothesisTestMode.EXAMPLES, HypothesisTestMode.FUZZING]
    create_test(
        operation=definition,
        test_func=attempt,
        config=HypothesisTestConfig(
            project=definition.schema.config,
            modes=modes if few else [*modes, HypothesisTestMode.COVERAGE],
            settings=settings(
                max_examples=FEW if few else EXAMPLES,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.explicit, Phase.generate],
            ),
            seed=derive_operation_seed(context.setting.seed, definition.label),
        ),
    )()


def _grants(operation: Operation, response: Any) -> bool:
    """Return whether a response grants the request. The status alone does not tell: a document may refuse with any."""
    headers = tuple((name, values[0]) for name, values in response.headers.items())
    return facts_of(operation, Answer(response.status_code, headers, response.content)).granted


def _checks(operation: Operation) -> list[Any]:
    load_all_checks()
    excluded = {each.check for each in EXCLUSIONS if each.operation in ("*", operation.name)}
    return CHECKS.get_by_names([name for name in CHECKS.get_all_names() if name not in excluded])


class _Adapter(BaseAdapter):
    """An adapter of the library requests that sends through the context, and judges each exchange."""

    def __init__(self, context: Context, document: Document) -> None:
        super().__init__()
        self._context = context
        self._document = document

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Send a request. Raises requests.ConnectionError if there is no response."""
        body: Any = request.body or b""
        asked = Request(
            request.method or "",
            request.url or "",
            tuple((name, str(value)) for name, value in request.headers.items() if name.lower() not in ADDED),
            body.encode() if isinstance(body, str) else bytes(body),
        )
        found = self._context.route(self._document, asked)
        operation = found.operation if isinstance(found, Found) else None
        exchange = self._context.send(asked, operation, self._document.name)
        if exchange.answer is None:
            raise requests.ConnectionError
        if isinstance(found, Found):
            judge(self._context, found, exchange)
        return _response(request, exchange)

    def close(self) -> None:
        """Do nothing: the adapter has no connection."""


def _response(request: requests.PreparedRequest, exchange: Exchange) -> requests.Response:
    assert exchange.answer is not None  # noqa: S101 - the caller checks it
    status, headers, _ = exchange.answer
    raw = HTTPResponse(BytesIO(exchange.answer.content), HTTPHeaderDict(headers), status, preload_content=False)
    response = requests.Response()
    response.status_code = status
    response.headers.update(dict(headers))
    response.raw = raw
    response._content = exchange.answer.content  # noqa: SLF001 - as if `raw` had been read
    response.request = request
    response.url = request.url or ""
    return response


def narrowed(part: Any, credentials: Mapping[str, str]) -> Any:
    """Return a document, or a part of one, whose fields marked `x-credential` allow only the given value."""
    if isinstance(part, list):
        return [narrowed(item, credentials) for item in part]
    if not isinstance(part, dict):
        return part
    whole = {name: narrowed(value, credentials) for name, value in part.items()}
    mark = part.get("x-credential", "")
    if mark in credentials:
        only = {"type": "string", "enum": [credentials[mark]]}
        whole.pop("example", None)
        whole = {**whole, "schema": only} if "in" in whole else only
    return whole


def _with_examples(part: Any, values: Mapping[str, str]) -> Any:
    """Return a document, or a part of one, whose example bodies contain these values under these names."""
    if isinstance(part, list):
        return [_with_examples(item, values) for item in part]
    if not isinstance(part, dict):
        return part
    whole = {name: _with_examples(value, values) for name, value in part.items()}
    if isinstance(whole.get("example"), dict):
        whole["example"] = {name: values.get(name, value) for name, value in whole["example"].items()}
    return whole


def _names(document: Document, credentials: Mapping[str, str]) -> dict[str, str]:
    """Return the values of credentials by the names of their fields in request bodies."""
    bodies = [operation.body_schema or {} for operation in document.operations.values()]
    fields = [field for body in bodies for field in body.get("properties", {}).items()]
    return {name: credentials[schema["x-credential"]] for name, schema in fields if "x-credential" in schema}
