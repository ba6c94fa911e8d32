"""What a document does not say is not expected, and all the rest goes on: nothing is found on the sound mock."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mockserver.cli.targets import app_factory
from mockserver.contract import load
from mockserver.contract.document import SHIPPED
from mockserver.verify import Plan, in_process, lifecycle, verify

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from mockserver.contract import Contract

ITEM = ("service", "country", "phone", "carrier", "price", "state", "expires_at", "ordered_at", "latest", "messages")


def forget(part: Any, facts: Collection[str]) -> None:
    """Take the places where facts stand out of a document."""
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        forget(inner, facts)
    properties = part.get("properties", {}) if isinstance(part, dict) else {}
    for name, schema in list(properties.items()):
        said = str(schema.get("x-value") or schema.get("x-each", "")).partition(" ")[0]
        if any(f"{said}.".startswith(f"{fact}.") for fact in facts):
            del properties[name]
            part["required"] = [each for each in part.get("required", ()) if each != name]


@cache
def shipped(name: str) -> str:
    """A shipped document as JSON, which is YAML too, and is read and written soon."""
    return json.dumps(yaml.load((SHIPPED / f"{name}.yaml").read_text(), yaml.CSafeLoader))


def ignorant(whole: Contract, folder: Path, facts: Collection[str], purposes: Collection[str]) -> Contract:
    """The contract without some facts, and without what is for some purposes."""
    documents = {}
    for name in whole.documents:
        data = json.loads(shipped(name))
        forget(data["components"]["schemas"], facts)
        (folder / f"{name}.yaml").write_text(json.dumps(data))
        document = documents[name] = load(folder / f"{name}.yaml")
        known = {purpose: each for purpose, each in document.by_purpose.items() if purpose not in purposes}
        document.__dict__["by_purpose"] = known
    return whole._replace(documents=documents)


@pytest.mark.parametrize(
    ("facts", "purposes"),
    [
        (["order.messages"], []),
        (["order.messages", "order.latest"], []),
        (["order.messages", "order.latest.text"], []),
        (["order.price"], []),
        (["order.state"], []),
        (["order.ordered_at", "order.expires_at"], []),
        ([f"order.{name}" for name in ITEM], []),
        (["offer.stock"], []),
        (["offer.m", "offer.n"], []),
        (["offer.price"], []),
        (["offer.country", "offer.service"], []),
        (["account.tier"], []),
        (["account.tiers"], []),
        (["account.balance", "account.charges"], []),
        (["payment.status"], []),
        (["totals.spent", "by_service"], []),
        ([], ["inventory", "orders"]),
        ([], ["invoices", "transaction"]),
        ([], ["refund", "another"]),
        ([], ["look"]),
        ([], ["quote"]),
        ([], ["balance"]),
        ([], ["countries", "services"]),
    ],
    ids=lambda names: " ".join(names[:3]),
)
def test_nothing_is_found_where_a_document_does_not_say_all(
    held: Contract, facts: list[str], purposes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "SESSIONS", 1)
    less = ignorant(held, tmp_path, facts, purposes)
    target = in_process(app_factory({}), less.documents.values())
    run = verify(target, Plan(less, suites=("equivalence", "lifecycle")))
    assert ([str(finding) for finding in run.findings], run.interrupted) == ([], "")


def test_what_no_document_knows_is_told(held: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "SESSIONS", 1)
    less = ignorant(held, tmp_path, [], ["statistics"])
    run = verify(in_process(app_factory({}), less.documents.values()), Plan(less, suites=("lifecycle",)))
    assert [skip.what for skip in run.suites[0].skipped] == ["statistics"]
