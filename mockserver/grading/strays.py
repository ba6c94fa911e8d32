"""Requests of a client that came without the key of its world: mistakes, too, though no world has answered them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import orjson

from contracts import clients
from contracts.traffic.archive import read_journal
from mockserver.testing.judging import documents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.clients import Judgement
    from contracts.findings import Finding
    from contracts.spec import Overlays
    from mockserver.testing import Server, SmsOnline

_MOST = 10_000


def with_strays(judgement: Judgement, server: Server, world: SmsOnline, overlays: Overlays = ()) -> Judgement:
    """Add what is to be said of the requests that named the world's user, but had not its key."""
    shown = server.steering.ask("listStrays", query={"limit": _MOST})["exchanges"]
    own = [each for each in shown if each["account"] == world.user_id]
    exchanges = read_journal(BytesIO(orjson.dumps({"exchanges": own})), 0)
    strays = clients.judge(exchanges, documents((), tuple(overlays)), paced=False, overlays=overlays)
    return judgement._replace(findings=_together(judgement.findings, strays.findings))


def _together(findings: Sequence[Finding], others: Sequence[Finding]) -> tuple[Finding, ...]:
    """All findings, but none twice."""
    return tuple({each.fingerprint: each for each in (*others, *findings)}.values())
