"""Readings: what there is, what they change in the contract documents, and what is said of wrong ones."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from itertools import combinations
from subprocess import run
from typing import TYPE_CHECKING, Any

import pytest

from mockserver import contract
from mockserver.contract import Confidence, DocumentError, LocatedError, ReadingError, located, pointer
from mockserver.contract.document import SHIPPED
from mockserver.contract.loading import stated
from mockserver.contract.overlay_actions import apply

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MODULE = import_module("mockserver.contract.readings")
DOCUMENTS = ("v3", "v2")
READINGS = contract.readings()
ALTERNATIVES = [(name, value) for name, reading in READINGS.items() for value in [*reading.values][1:]]
PAIRS = [dict(pair) for pair in combinations(ALTERNATIVES, 2) if len(dict(pair)) == 2]
ONE_OR_TWO = [*({name: value} for name, value in ALTERNATIVES), *PAIRS]
CHANGES = [(document, name, value) for name, value in ALTERNATIVES for document in DOCUMENTS]

each_document = pytest.mark.parametrize("document", DOCUMENTS)
each_change = pytest.mark.parametrize(("document", "name", "value"), CHANGES)
each_reading = pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)


def by_choice(choice: object) -> str | None:
    return ",".join(map("=".join, choice.items())) if isinstance(choice, dict) else None


def written(document: str) -> Any:
    """Return the data of a document as it is written, with its `$ref`s."""
    return located.read(SHIPPED / f"{document}.yaml").data


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the pointer of everything in a value that holds nothing else."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from leaves(inner, f"{at}/{pointer.escape(key)}")
    if not items:
        yield at, value


# What there is


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("failures", ["envelope", "status"]),
        ("completed-word", ["completed", "complete"]),
        ("expiry", ["kept", "refunded"]),
        ("another-sms", ["free", "charged"]),
        ("price-above-maximum", ["222", "no-numbers"]),
        ("discount", ["applied", "shown"]),
    ],
)
def test_a_reading_has_its_values_the_default_first(name: str, values: list[str]) -> None:
    assert ([*READINGS[name].values], READINGS[name].default) == (values, values[0])


@each_reading
def test_a_default_value_changes_nothing(reading: contract.Reading) -> None:
    value = reading.values[reading.default]
    assert (value.actions, value.rules) == ((), {})


@each_reading
def test_any_other_value_changes_something(reading: contract.Reading) -> None:
    others = [value for name, value in reading.values.items() if name != reading.default]
    assert all(value.actions or value.rules for value in others)


@each_reading
def test_the_rules_of_a_value_are_what_traffic_shows_of_it(reading: contract.Reading) -> None:
    assert any(value.rules for value in reading.values.values()) == (reading.evidence is MODULE.Evidence.RULES)


@each_reading
def test_the_default_of_a_reading_is_the_usual_rule(reading: contract.Reading) -> None:
    usual = {name: rule.value for name, rule in contract.vocabulary().rules.items()}
    changed = {name: to for value in reading.values.values() for name, to in value.rules.items()}
    assert all(usual[name] != to for name, to in changed.items())


# What they change


@each_document
def test_with_the_default_values_a_document_is_as_it_is_written(document: str) -> None:
    defaults = {name: reading.default for name, reading in READINGS.items()}
    assert contract.load(document, defaults).resolve("") == contract.load(document).resolve("")


def test_without_readings_nothing_is_loaded_that_only_they_need() -> None:
    code = "import sys; from mockserver import contract; contract.load('v3'); print('jsonpath' in sys.modules)"
    ran = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert ran.stdout == "False\n"


@each_document
@pytest.mark.parametrize("choices", ONE_OR_TWO, ids=by_choice)
def test_every_example_keeps_to_the_changed_contract(document: str, choices: Mapping[str, str]) -> None:
    operations = contract.load(document, choices).operations.values()
    violations = [
        violation
        for operation in operations
        for answer in operation.answers.values()
        for example in answer.examples.values()
        for violation in operation.check_answer(answer.status, example.value)
    ]
    assert violations == []


@each_document
@pytest.mark.parametrize("choices", ONE_OR_TWO, ids=by_choice)
def test_every_answer_of_a_changed_contract_has_an_example(document: str, choices: Mapping[str, str]) -> None:
    operations = contract.load(document, choices).operations.values()
    assert all(answer.examples for operation in operations for answer in operation.answers.values())


@pytest.mark.parametrize(("name", "value"), ALTERNATIVES)
def test_every_action_changes_a_document(name: str, value: str) -> None:
    data = {document: written(document) for document in DOCUMENTS}
    for action in READINGS[name].values[value].actions:
        before = dict(leaves(data))
        for document in DOCUMENTS:
            if action.get("x-document", document) == document:
                apply(action, data[document])
        assert dict(leaves(data)) != before, action["target"]


@each_change
def test_whatever_changes_names_the_reading_and_is_assumed(document: str, name: str, value: str) -> None:
    before, data = dict(leaves(written(document))), stated(document, {name: value})
    loaded = contract.load(document, {name: value})
    by = f"{name}: {value}"
    for at, leaf in leaves(data):
        # An example promises nothing, what a $ref names speaks for itself, and a rule is that of its reading.
        if (at not in before or before[at] != leaf) and not at.endswith(("/example", "/$ref")) | at.startswith(
            "/x-rules/"
        ):
            provenance = loaded.provenance(at)
            is_stated = provenance.level is Confidence.ASSUMED and by in str(provenance.note)
            assert is_stated or f"(assumed, the reading {by})" in leaf, at


@pytest.mark.parametrize(("name", "value"), ALTERNATIVES)
def test_a_reading_changes_the_rules_that_it_says(name: str, value: str) -> None:
    usual = {name: rule.value for name, rule in contract.vocabulary().rules.items()}
    assert contract.contract({name: value}).rules == {**usual, **READINGS[name].values[value].rules}


def test_the_readings_of_a_contract_are_those_that_were_chosen() -> None:
    assert contract.contract({"expiry": "refunded"}).readings == {"expiry": "refunded"}


@each_change
def test_what_a_reading_adds_has_the_place_of_what_it_stands_in(document: str, name: str, value: str) -> None:
    before = dict(leaves(written(document)))
    loaded = contract.load(document, {name: value})
    added = [at for at, _ in leaves(loaded.resolve("")) if at not in before]
    assert {loaded.place(at).file for at in added} <= {f"{document}.yaml"}


def test_an_added_answer_has_the_place_of_its_reason() -> None:
    plain, changed = contract.load("v3"), contract.load("v3", {"failures": "status"})
    assert changed.place("/components/responses/Gone") == plain.place("/x-failures/reasons/ORDER_EXPIRED")


@pytest.mark.parametrize(
    ("document", "operation", "statuses"),
    [
        ("v3", "orderNumber", {222, 402, 404, 503}),
        ("v3", "changeOrderStatus", {402, 404, 409, 410, 503}),
        ("v3", "createPay4bitInvoice", {404, 409, 503}),
        ("v3", "getCryptomusTransaction", {404, 503}),
        ("v2", "purchase", {222, 402, 404, 503}),
        ("v2", "refund", {404, 409, 503}),
        ("v2", "requestAnother", {402, 404, 409, 410, 503}),
        ("v2", "getBalance", {503}),
    ],
)
def test_failures_have_statuses_of_their_own(document: str, operation: str, statuses: set[int]) -> None:
    answers = contract.load(document, {"failures": "status"}).operations[operation].answers
    assert {*answers} - {200, 400, 401, 403, 413, 415, 500} == statuses


@pytest.mark.parametrize(
    ("document", "failure"),
    [("v3", {"ok": False, "errorMessage": "NO_NUMBERS"}), ("v2", {"error": True, "message": "NO_NUMBERS"})],
)
def test_where_failures_have_statuses_none_is_a_200(document: str, failure: object) -> None:
    operations = contract.load(document, {"failures": "status"}).operations.values()
    assert all(operation.check_answer(200, failure) for operation in operations)


def test_a_value_that_looks_like_a_number_may_be_given_as_one() -> None:
    assert MODULE.chosen({"price-above-maximum": 222})[0].name == "222"


def test_a_document_of_another_name_is_changed_as_all_are(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes((SHIPPED / "v2.yaml").read_bytes())
    mine = contract.load(tmp_path / "mine.yaml", {"failures": "status"})
    statuses = [mine.resolve(f"/x-failures/reasons/{reason}/status") for reason in ("NO_NUMBERS", "PRICE_CHANGED")]
    assert statuses == [503, 200]  # that V2 answers 222 is said of V2 only


def test_a_corrected_copy_of_a_document_changes_as_the_original_does(tmp_path: Path) -> None:
    text = (SHIPPED / "v3.yaml").read_text(encoding="utf-8").replace("/order/{orderId}:", "/orders/{orderId}:")
    (tmp_path / "v3.yaml").write_text(text, encoding="utf-8")
    copy = contract.load(tmp_path / "v3.yaml", {"failures": "status"})
    assert copy.operations["getOrder"].path == "/numbers/{userId}/orders/{orderId}"
    assert copy.operations["orderNumber"].answers.keys() == {200, 222, 400, 401, 402, 403, 404, 413, 415, 500, 503}


def test_what_is_no_document_is_still_told_so(tmp_path: Path) -> None:
    (tmp_path / "v3.yaml").write_text("openapi")
    with pytest.raises(DocumentError, match="an OpenAPI document must be a mapping"):
        contract.load(tmp_path / "v3.yaml", {"failures": "status"})


# Wrong choices


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (
            {"failure": "status"},
            r"^readings\.failure: there is no reading of this name, did you mean failures\?; there",
        ),
        (
            {"x": "y"},
            r"^readings\.x: there is no reading of this name; there are another-sms, completed-word, discount,",
        ),
        ({"failures": "stats"}, r"^readings\.failures: must be envelope or status, did you mean status\?$"),
        ({"failures": None}, r"^readings\.failures: must be envelope or status$"),
        (
            {"price-above-maximum": 223},
            r"^readings\.price-above-maximum: must be 222 or no-numbers, did you mean 222\?$",
        ),
    ],
)
def test_a_choice_that_there_is_not_is_told_what_there_is(choices: Mapping[str, object], message: str) -> None:
    with pytest.raises(ReadingError, match=message):
        contract.load("v3", choices)


def test_all_wrong_choices_are_told_at_once() -> None:
    with pytest.raises(ReadingError) as error:
        contract.load("v3", {"failures": "x", "expiry": "kept", "discounts": "shown"})
    assert [problem.place.file for problem in error.value.problems] == ["readings.failures", "readings.discounts"]


# Further readings

SEVENTH = """
name: seventh
question: What comes after six?
evidence: {none: Nobody answers a summary.}
values:
  nothing: {description: Six are enough.}
  seven:
    description: Seven.
    actions:
    - x-document: v3
      target: $.info
      update: {summary: Seven}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in place of the shipped readings."""
    monkeypatch.setattr(MODULE, "SHIPPED", tmp_path)
    return tmp_path


def test_a_further_reading_needs_nothing_but_its_file(folder: Path) -> None:
    (folder / "seventh.yaml").write_text(SEVENTH)
    assert contract.load("v3", {"seventh": "seven"}).resolve("/info/summary") == "Seven"


def test_a_reading_that_is_written_anew_is_read_anew(folder: Path) -> None:
    for changed, summary in enumerate(("Seven", "Siete")):
        (folder / "seventh.yaml").write_text(SEVENTH.replace("Seven", summary))
        os.utime(folder / "seventh.yaml", ns=(0, changed))
        assert contract.load("v3", {"seventh": "seven"}).resolve("/info/summary") == summary


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "name: seventh",
            "name: sixth",
            r"^seventh\.yaml:2:7: /name: name must be seventh, the name of the file$",
        ),
        ("question: What comes after six?", "", r"^seventh\.yaml:2:1: \"question\" is a required property$"),
        (
            "evidence: {none: Nobody answers a summary.}",
            "",
            r"^seventh\.yaml:2:1: \"evidence\" is a required property$",
        ),
        ("{none: Nobody answers a summary.}", "traffic", r"^seventh\.yaml:4:11: /evidence: "),
        ("{none: Nobody answers a summary.}", "none", r"^seventh\.yaml:4:11: /evidence: "),
        ("none: Nobody answers a summary.", "none: ''", r"^seventh\.yaml:4:11: /evidence: "),
        ("after six?", "after six", r"^seventh\.yaml:3:11: /question: "),
        ("  nothing: {description: Six are enough.}\n", "", r"^seventh\.yaml:6:3: /values: .*less than 2 properties"),
        (
            "    description: Seven.\n",
            "",
            r"^seventh\.yaml:8:5: /values/seven: \"description\" is a required property$",
        ),
        ("actions:", "action:", r"^seventh\.yaml:8:5: /values/seven: .*'action' was unexpected"),
        ("actions:", "rules:", r"^seventh\.yaml:10:5: /values/seven/rules: .* is not of type"),
        ("update:", "updates:", r"^seventh\.yaml:10:7: /values/seven/actions/0: "),
        ("$.info", "info", r"^seventh\.yaml:11:15: /values/seven/actions/0/target: "),
        ("$.info", "$.info[", r"^seventh\.yaml:10:7: /values/seven/actions/0: \$\.info\[ is not a JSONPath"),
        (
            "$.info",
            "$.info.title",
            r"^seventh\.yaml:10:7: /values/seven/actions/0: \$\.info\.title updates a value t",
        ),
        ("name: seventh", "[", r"^seventh\.yaml:4:9: "),
        (SEVENTH, "text", r"^seventh\.yaml:1:1: .*is not of type"),
    ],
)
def test_a_reading_that_is_wrong_is_told_where(folder: Path, old: str, new: str, message: str) -> None:
    assert SEVENTH.count(old) == 1
    (folder / "seventh.yaml").write_text(SEVENTH.replace(old, new))
    with pytest.raises(LocatedError, match=message):
        contract.load("v3", {"seventh": "seven"})


def test_a_change_that_breaks_the_document_is_an_error_of_the_document(folder: Path) -> None:
    (folder / "seventh.yaml").write_text(SEVENTH.replace("summary: Seven", "sumary: Seven"))
    with pytest.raises(DocumentError, match="sumary is not supported in the info object, did you mean summary"):
        contract.load("v3", {"seventh": "seven"})


ACTIONS = """\
    - {target: $.info, update: {licence: {name: MIT}}}
    - {target: $.info.licence, remove: true}
    - {target: $.info, update: {licence: {name: MIT}}}
    - {target: $.info, update: {version: 7}}
"""


def test_what_a_change_breaks_is_told_where_the_change_stands(folder: Path) -> None:
    actions = "    - x-document: v3\n      target: $.info\n      update: {summary: Seven}\n"
    (folder / "seventh.yaml").write_text(SEVENTH.replace(actions, ACTIONS))
    with pytest.raises(DocumentError) as error:
        contract.load("v3", {"seventh": "seven"})
    assert [(str(problem.place), problem.message) for problem in error.value.problems] == [
        (
            "seventh.yaml:12:33",
            "makes v3 invalid at /info/licence: licence is not supported in the info object, did you mean license?",
        ),
        ("seventh.yaml:13:33", "makes v3 invalid at /info/version: version must be text, not 7"),
    ]


def test_what_is_wrong_without_a_reading_keeps_its_place(folder: Path) -> None:
    (folder / "seventh.yaml").write_text(SEVENTH.replace("summary: Seven", "sumary: Seven"))
    document = folder / "documents" / "v3.yaml"
    document.parent.mkdir()
    document.write_text((SHIPPED / "v3.yaml").read_text().replace("  version: '3'", "  version: 3"))
    with pytest.raises(DocumentError) as error:
        contract.load(document, {"seventh": "seven"})
    assert [(problem.place.file, problem.pointer) for problem in error.value.problems] == [
        (str(document), "/info/version"),
        ("seventh.yaml", "/values/seven/actions/0/update/sumary"),
    ]
