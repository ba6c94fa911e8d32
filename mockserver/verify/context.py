"""The context of a suite: the server, the contract documents, the accounts, and the findings so far."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import ABSENT, Confidence, Found
from mockserver.findings import Finding, Severity, Skip, SuiteResult, weigh
from mockserver.traffic import Exchange, header
from mockserver.traffic.redaction import curl
from mockserver.verify import requests
from mockserver.verify.assertions import is_broken
from mockserver.verify.rules import ServiceTerms, rules
from mockserver.verify.target import AsgiTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockserver.contract import Arguments, BadPath, Contract, Document, NotFound, Operation, Violation, WrongMethod
    from mockserver.traffic import Request
    from mockserver.traffic.coverage import Coverage
    from mockserver.traffic.redaction import Redactor
    from mockserver.verify.guard import Guard
    from mockserver.verify.target import Account, Target, Transport

EVIDENCE = 4
"""The maximum number of exchanges in a finding."""
LONGEST = 4000
"""The maximum size of a body in a curl command, in bytes. Longer ones are not readable."""
PAUSE = 0.5
"""The minimum pause between two requests to a remote server, in seconds."""

BROKEN = "broken"
"""The note of an exchange whose response breaks the contract."""

CODES = {"status": "answer.status", "contentType": "answer.type", "headers": "answer.header"}
"""The finding code by the part of a response. Any other part is of the body and has `answer.body`."""


class RunSettings(NamedTuple):
    """The settings that all suites of a run share.

    `accounts` are those of the target; an app factory has its own. `pause` is in seconds. `tick` is called for every
    case.
    """

    target: Target
    contract: Contract
    accounts: tuple[Account, ...]
    seed: int
    guard: Guard
    coverage: Coverage
    redactor: Redactor
    pause: float = PAUSE
    tick: Callable[[], None] = lambda: None


class Context:
    """The context of one suite. `cases` counts its cases."""

    def __init__(self, suite: str, setting: RunSettings) -> None:
        self.suite = suite
        self.setting = setting
        self.accounts = setting.accounts
        self.terms = ServiceTerms.of(setting.contract.rules)
        self.cases = 0
        self._transport: Transport | None = setting.target.transport
        self._advance: Callable[[int], object] | None = None
        self._found: dict[str, Finding] = {}
        self._skipped: dict[Skip, None] = {}
        self._evidence: deque[Exchange] = deque(maxlen=EVIDENCE)
        self._last = 0.0

    @property
    def documents(self) -> Mapping[str, Document]:
        """The contract documents for which the target has a base URL."""
        return {name: each for name, each in self._all.items() if name in self.setting.target.bases}

    @property
    def _all(self) -> Mapping[str, Document]:
        return self.setting.contract.documents

    @property
    def has_app_factory(self) -> bool:
        """Whether the target starts a server for every scenario, so that only the suite uses it."""
        return self.setting.target.app_factory is not None

    def begin(self, scenario: str, accounts: tuple[Account, ...]) -> None:
        """Start an application with a scenario that opens these accounts. The target must have an app factory."""
        assert self.setting.target.app_factory is not None  # noqa: S101 - callers check `has_app_factory`
        started = self.setting.target.app_factory(scenario)
        self._transport = AsgiTransport(started.app)
        self._advance = started.advance
        self.accounts = accounts
        self._evidence.clear()

    def case(self) -> None:
        """Count a case."""
        self.cases += 1
        self.setting.tick()

    def skip(self, what: str, reason: str) -> None:
        """Record what was not checked, and the reason."""
        self._skipped[Skip(what, reason)] = None

    @property
    def can_advance(self) -> bool:
        """Whether the server's time can be advanced."""
        return self._advance is not None

    def advance(self, milliseconds: int) -> None:
        """Advance the server's time."""
        assert self._advance is not None  # noqa: S101 - callers check `can_advance`
        self._advance(milliseconds)

    def operation(self, name: str) -> Operation:
        """Return an operation by its name: the name of the document, a dot, and the operationId."""
        document, _, identifier = name.partition(".")
        return self._all[document].operations[identifier]

    def base(self, document: str) -> str:
        """Return the base URL of a document's server."""
        return self.setting.target.bases[document]

    def route(self, document: Document, request: Request) -> Found | NotFound | WrongMethod | BadPath:
        """Return the operation of a request to the server of a document, or why there is none."""
        return document.route(request.method, request.url.removeprefix(self.base(document.name)).partition("?")[0])

    def send(self, request: Request, operation: Operation | None = None, document: str = "") -> Exchange:
        """Send a request, and check the response against its operation, or against the failures of a document.

        The exchange has the note `BROKEN` if the response breaks the contract otherwise than by its headers. Raises
        DeniedError if the guard denies the request.
        """
        guard = self.setting.guard
        arguments = self._arguments(operation, request) if operation and guard.remote else None
        guard.ask(operation, request, arguments)
        if guard.remote:
            time.sleep(max(0.0, self._last + self.setting.pause - time.monotonic()))
            self._last = time.monotonic()
        assert self._transport is not None  # noqa: S101 - a target without a transport has an app factory
        started, clock = time.time(), time.perf_counter()
        answer = self._transport.carry(request)
        duration = (time.perf_counter() - clock) * 1000
        exchange = Exchange(request, answer, int(started * 1000), duration, operation.name if operation else "")
        guard.note(operation, exchange, arguments)
        self._evidence.append(exchange)
        if operation and answer:
            self.setting.coverage.answer(operation.name, answer.status)
        if not self._check_answer(exchange, operation, document):
            return exchange._replace(notes={BROKEN: True})
        return exchange

    def expect(
        self,
        rule: str,
        holds: object,
        operation: str = "",
        detail: str = "",
        *,
        expected: object = "",
        got: object = "",
        pointer: str = "",
        provenance: Confidence | None = None,
    ) -> bool:
        """Record a finding unless a rule holds; `detail` is added to its message. Return whether the rule holds."""
        if not holds:
            self.breach(rule, operation, detail, expected=expected, got=got, pointer=pointer, provenance=provenance)
        return bool(holds)

    def breach(
        self,
        rule: str,
        operation: str = "",
        detail: str = "",
        *,
        expected: object = "",
        got: object = "",
        pointer: str = "",
        provenance: Confidence | None = None,
    ) -> None:
        """Record a finding for a broken rule. `provenance` overrides that of the rule."""
        broken = rules()[rule]
        known = provenance or broken.provenance
        self.find(
            broken.code,
            weigh(known),
            rule,
            f"{broken.says} {detail}".strip(),
            operation=operation,
            expected=str(expected),
            got=str(got),
            pointer=pointer,
            provenance=known,
        )

    def find(
        self,
        code: str,
        level: Severity,
        check: str,
        message: str,
        *,
        operation: str = "",
        expected: str = "",
        got: str = "",
        pointer: str = "",
        provenance: Confidence | None = None,
        evidence: tuple[Exchange, ...] | None = None,
    ) -> None:
        """Record a finding. The same finding is recorded once, with the evidence of its first occurrence.

        Without a pointer it points to the operation. Without evidence it holds the latest exchanges.
        """
        document = self._all.get(operation.partition(".")[0])
        place = None
        if document is not None:
            known = document.operations.get(operation.partition(".")[2])
            pointer = pointer or (known.pointer if known else "")
            place = document.place(pointer)
        finding = Finding(
            code,
            level,
            self.suite,
            operation,
            check,
            message,
            expected,
            got,
            pointer,
            place,
            provenance.value if provenance else "",
            seed=self.setting.seed,
        )
        if finding.fingerprint not in self._found:
            self._found[finding.fingerprint] = self._redacted(finding, evidence or tuple(self._evidence))

    def result(self, seconds: float) -> SuiteResult:
        """Return the result of the suite, which took this many seconds."""
        return SuiteResult(self.suite, self.cases, seconds, tuple(self._found.values()), tuple(self._skipped))

    @property
    def found(self) -> bool:
        """Whether anything was found."""
        return bool(self._found)

    def _redacted(self, finding: Finding, evidence: tuple[Exchange, ...]) -> Finding:
        redactor = self.setting.redactor
        exchanges = tuple(map(redactor.exchange, evidence))
        asked = exchanges[-1].request if exchanges else None
        return finding._replace(
            message=redactor.text(finding.message),
            expected=redactor.text(finding.expected),
            got=redactor.text(finding.got),
            curl=curl(asked) if asked and len(asked.body) <= LONGEST else "",
            exchanges=exchanges,
        )

    def _arguments(self, operation: Operation, request: Request) -> Arguments:
        found = self.route(operation.document, request)
        return requests.read(operation, request, found.path_params if isinstance(found, Found) else {})

    def _check_answer(self, exchange: Exchange, operation: Operation | None, document: str) -> bool:
        """Check a response against the contract, and record what breaks it. Return whether it can be read."""
        name = operation.name if operation else document
        answer = exchange.answer
        here = (exchange,)
        if answer is None:
            self.find("answer.lost", Severity.ERROR, "answer", "no response arrived", operation=name, evidence=here)
            return False
        if is_broken(operation, answer.status):
            message = f"the server failed with status {answer.status}"
            self.find("answer.broken", Severity.ERROR, "answer", message, operation=name, evidence=here)
            return False
        violations = self._violations(exchange, operation, document)
        for violation in violations:
            self._find_violation(violation, name, here)
        return all(violation.path[0] == "headers" for violation in violations)

    def _violations(self, exchange: Exchange, operation: Operation | None, document: str) -> tuple[Violation, ...]:
        answer = exchange.answer
        if answer is None:
            return ()
        body, content_type = answer.json, header(answer.headers, "content-type") or ""
        if operation is not None:
            return operation.check_answer(answer.status, body, content_type, answer.headers)
        known = document and body is not ABSENT
        check = self._all[document].check_failure
        return check(answer.status, body, content_type, headers=answer.headers) if known else ()

    def _find_violation(self, violation: Violation, name: str, evidence: tuple[Exchange, ...]) -> None:
        document = self._all[name.partition(".")[0]]
        code = "answer.json" if violation.rule == "json" else CODES.get(str(violation.path[0]), "answer.body")
        known: Confidence | None = document.provenance(violation.pointer).level
        if violation.rule == "required" and violation.place == "body":
            code, known = "answer.json", None  # a body without JSON is wrong under any contract
        # One line of the contract requires several names.
        check = f"required {violation.path[-1]}" if violation.rule == "required" else violation.rule
        self.find(
            code,
            weigh(known),
            check,
            violation.message,
            operation=name,
            expected=violation.expected,
            got=violation.value,
            pointer=violation.pointer,
            provenance=known,
            evidence=evidence,
        )
