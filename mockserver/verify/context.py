"""What a suite works with: a server, documents, accounts, and a place for what it finds."""

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
"""How many exchanges a finding holds."""
LONGEST = 4000
"""Bytes of a body that a command line may hold: a longer one nobody could read."""
PAUSE = 0.5
"""Seconds between two requests to a foreign server."""

BROKEN = "broken"
"""The note of an exchange whose answer breaks the contract."""

CODES = {"status": "answer.status", "contentType": "answer.type", "json": "answer.json"}
"""The code of a finding by the rule of a violation; any other is `answer.body`."""


class RunSettings(NamedTuple):
    """What all suites of a run share. `accounts` are those of the target; a stage has its own."""

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
    """What one suite works with. `cases` counts what was tried."""

    def __init__(self, suite: str, setting: RunSettings) -> None:
        self.suite = suite
        self.setting = setting
        self.accounts = setting.accounts
        self.terms = ServiceTerms.of(setting.contract.rules)
        self.cases = 0
        self._carrier: Transport | None = setting.target.carrier
        self._advance: Callable[[int], object] | None = None
        self._found: dict[str, Finding] = {}
        self._skipped: dict[Skip, None] = {}
        self._evidence: deque[Exchange] = deque(maxlen=EVIDENCE)
        self._last = 0.0

    @property
    def documents(self) -> Mapping[str, Document]:
        """The contract documents whose servers are known."""
        return {name: each for name, each in self._all.items() if name in self.setting.target.bases}

    @property
    def _all(self) -> Mapping[str, Document]:
        return self.setting.contract.documents

    @property
    def staged(self) -> bool:
        """Whether the server begins anew for us, so that all that happens there is ours."""
        return self.setting.target.stage is not None

    def begin(self, scenario: str, accounts: tuple[Account, ...]) -> None:
        """Begin a scenario on the stage, which opens these accounts. The target must have a stage."""
        assert self.setting.target.stage is not None  # noqa: S101 - callers look at `staged`
        staged = self.setting.target.stage(scenario)
        self._carrier = AsgiTransport(staged.app)
        self._advance = staged.advance
        self.accounts = accounts
        self._evidence.clear()

    def case(self) -> None:
        """Count a case."""
        self.cases += 1
        self.setting.tick()

    def skip(self, what: str, reason: str) -> None:
        """Note that something was not checked."""
        self._skipped[Skip(what, reason)] = None

    @property
    def can_advance(self) -> bool:
        """Whether the time of the server can be moved."""
        return self._advance is not None

    def advance(self, milliseconds: int) -> None:
        """Let the server's time pass."""
        assert self._advance is not None  # noqa: S101 - callers look at `can_advance`
        self._advance(milliseconds)

    def operation(self, name: str) -> Operation:
        """Return an operation by its name: that of its document, a dot, and its operationId."""
        document, _, identifier = name.partition(".")
        return self._all[document].operations[identifier]

    def base(self, document: str) -> str:
        """Return the base URL of a document's server."""
        return self.setting.target.bases[document]

    def route(self, document: Document, request: Request) -> Found | NotFound | WrongMethod | BadPath:
        """Find the operation that a request to the server of a document leads to."""
        return document.route(request.method, request.url.removeprefix(self.base(document.name)).partition("?")[0])

    def send(self, request: Request, operation: Operation | None = None, document: str = "") -> Exchange:
        """Send a request and hold the answer against the contract; of no operation, against that of a document.

        The exchange has the note `BROKEN` if the answer does not keep to it. Raises DeniedError if the guard does not
        let it through.
        """
        guard = self.setting.guard
        arguments = self._arguments(operation, request) if operation and guard.foreign else None
        guard.ask(operation, request, arguments)
        if guard.foreign:
            time.sleep(max(0.0, self._last + self.setting.pause - time.monotonic()))
            self._last = time.monotonic()
        assert self._carrier is not None  # noqa: S101 - a target without a carrier has a stage
        started, clock = time.time(), time.perf_counter()
        answer = self._carrier.carry(request)
        duration = (time.perf_counter() - clock) * 1000
        exchange = Exchange(request, answer, int(started * 1000), duration, operation.name if operation else "")
        guard.note(operation, exchange, arguments)
        self._evidence.append(exchange)
        if operation and answer:
            self.setting.coverage.answer(operation.name, answer.status)
        if not self._hold(exchange, operation, document):
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
        """Note a finding unless a rule holds; `detail` says what happened. Returns whether it holds."""
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
        """Note that a rule was broken. `provenance` is how it is known, if not as the table of rules has it."""
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
        """Note a finding. The same is noted once, with the evidence of the first time.

        Without a pointer it points to the operation; without evidence, it holds the latest exchanges.
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
        """Return what the suite did."""
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

    def _hold(self, exchange: Exchange, operation: Operation | None, document: str) -> bool:
        """Hold an answer against the contract. Returns whether it keeps to it."""
        name = operation.name if operation else document
        answer = exchange.answer
        here = (exchange,)
        if answer is None:
            self.find("answer.lost", Severity.ERROR, "answer", "no answer came", operation=name, evidence=here)
            return False
        if is_broken(operation, answer.status):
            message = f"the service broke: status {answer.status}"
            self.find("answer.broken", Severity.ERROR, "answer", message, operation=name, evidence=here)
            return False
        violations = self._violations(exchange, operation, document)
        for violation in violations:
            self._break(violation, name, here)
        return not violations

    def _violations(self, exchange: Exchange, operation: Operation | None, document: str) -> tuple[Violation, ...]:
        answer = exchange.answer
        if answer is None:
            return ()
        body, content_type = answer.json, header(answer.headers, "content-type") or ""
        if operation is not None:
            return operation.check_answer(answer.status, body, content_type)
        known = document and body is not ABSENT
        return self._all[document].check_failure(answer.status, body, content_type) if known else ()

    def _break(self, violation: Violation, name: str, evidence: tuple[Exchange, ...]) -> None:
        document = self._all[name.partition(".")[0]]
        code = CODES.get(violation.rule, "answer.body")
        known: Confidence | None = document.provenance(violation.pointer).level
        if violation.rule == "required" and violation.place == "body":
            code, known = "answer.json", None  # no JSON is never right, whatever the contract says
        self.find(
            code,
            weigh(known),
            violation.rule,
            violation.message,
            operation=name,
            expected=violation.expected,
            got=violation.value,
            pointer=violation.pointer,
            provenance=known,
            evidence=evidence,
        )
