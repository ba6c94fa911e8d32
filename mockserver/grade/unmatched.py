"""Requests of a client that came without the key of its world: mistakes, too, though no world has answered them."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import orjson

from mockserver import judge
from mockserver.testing.judgement import documents
from mockserver.traffic.archive import read_journal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.contract import Overlays
    from mockserver.findings import Finding
    from mockserver.judge import Judgement
    from mockserver.testing import Server, SmsOnline

_MOST = 10_000


def with_strays(judgement: Judgement, server: Server, world: SmsOnline, overlays: Overlays = ()) -> Judgement:
    """Add what is to be said of the requests that named the world's user, but had not its key."""
    shown = server.steering.ask("listStrays", query={"limit": _MOST})["exchanges"]
    own = [each for each in shown if each["account"] == world.user_id]
    exchanges = read_journal(BytesIO(orjson.dumps({"exchanges": own})), 0)
    strays = judge.judge(exchanges, documents((), tuple(overlays)), paced=False, overlays=overlays)
    return judgement._replace(findings=_together(judgement.findings, strays.findings))


def _together(findings: Sequence[Finding], others: Sequence[Finding]) -> tuple[Finding, ...]:
    """All findings, but none twice."""
    return tuple({each.fingerprint: each for each in (*others, *findings)}.values())
