"""Root cause: the leaves' excesses sum to the whole to the last decimal, and few of them explain most of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from spend import HOUR, MONDAY, Service, fill, flat, hours_of, times

from alerts.spikes.causes import FINEST, MOST, Leaf, attempts_of, evidence_of, expected_shares, leaves_of, root_cause
from alerts.spikes.key import Key
from warehouse import Warehouse

money = st.decimals(min_value=0, max_value=Decimal("1e7"), places=12)
AT = 200
LEAF = Leaf("support", "triage", None, "openai", "gpt-5-mini", "product", Decimal(0), Decimal(0))


def leaf(model: str, actual: str, expected: str) -> Leaf:
    return replace(LEAF, model=model, actual_usd=Decimal(actual), expected_usd=Decimal(expected))


@given(st.lists(money, min_size=1, max_size=8), money)
def test_what_is_usual_is_shared_out_to_the_last_place(before: list[Decimal], usual: Decimal) -> None:
    shares = expected_shares(before, usual)
    assert sum(shares) == (usual.quantize(FINEST) if sum(before) else 0)


@given(st.lists(st.tuples(money, money), min_size=1, max_size=8))
def test_the_cause_explains_four_fifths_and_needs_every_part(amounts: list[tuple[Decimal, Decimal]]) -> None:
    leaves = [replace(LEAF, model=str(n), actual_usd=a, expected_usd=e) for n, (a, e) in enumerate(amounts)]
    whole = sum((each.excess_usd for each in leaves), Decimal(0))
    parts = [each.excess_usd for each in root_cause(leaves) if each.is_cause]
    enough = sum(parts, Decimal(0)) >= MOST * whole and (not parts or sum(parts[:-1], Decimal(0)) < MOST * whole)
    assert enough if whole > 0 else parts == []


def test_what_fell_is_shown_and_is_no_cause() -> None:
    found = root_cause([leaf("old", "0", "40"), leaf("new", "200", "0"), leaf("same", "10", "10")])
    assert [(each.model, each.is_cause) for each in found] == [("new", True), ("same", False), ("old", False)]


def test_a_model_that_was_swapped_in_is_the_cause(warehouse: Warehouse) -> None:
    old = Service("sales", "leads", times(flat(10), 0, AT, AT + 9), model="gpt-4.1-mini")
    new = Service("sales", "leads", times(flat(50), 0, 0, AT), model="gpt-4.1")
    fill(warehouse, hours_of([old, new], AT + 4))
    scope = Key("sales", "leads").params()
    found = leaves_of(warehouse, scope, MONDAY + AT * HOUR, MONDAY + (AT + 4) * HOUR, Decimal(40))
    assert [(each.model, each.excess_usd, each.is_cause) for each in found] == [
        ("gpt-4.1", Decimal(200), True),
        ("gpt-4.1-mini", Decimal(-40), False),
    ]


RELEASED = """
INSERT INTO spans BY NAME SELECT
    n AS span_no, '' AS sender, format('{:032x}', n) AS trace_id, format('{:016x}', n) AS span_id,
    $day AS journal_day, n AS journal_seq, $at AS received_at, $at AS started_at, $at AS ended_at, 'chat' AS name,
    'ok' AS status, 'api' AS service, $version AS resource_id, '' AS scope_name, '' AS scope_version,
    'gen_ai' AS dialect, 0 AS dialect_rank, 'call' AS role, 'product' AS purpose, 'sales' AS team, 'leads' AS workflow
FROM range(1, 3) AS numbers(n)
"""


def test_a_release_that_was_first_heard_shortly_before_is_evidence(warehouse: Warehouse) -> None:
    for hour, version in ((AT - 60, "1.0"), (AT - 5, "1.1"), (AT - 4, "1.0"), (AT + 2, "1.1")):
        at = MONDAY + hour * HOUR
        with warehouse.transaction() as tx:
            tx.execute(RELEASED, {"at": at, "day": at.date(), "version": version})
    with warehouse.transaction() as tx:
        for version in ("1.0", "1.1"):
            tx.execute("INSERT INTO resources VALUES ($v, [{'key': 'service.version', 'value': $v}])", {"v": version})
    scope = Key("sales", "leads").params()
    found = evidence_of(warehouse, scope, MONDAY + AT * HOUR, MONDAY + (AT + 4) * HOUR)
    assert [(seen.kind, seen.name, seen.seen_at) for seen in found] == [
        ("release", "api 1.1", MONDAY + (AT - 5) * HOUR)
    ]


def test_retries_are_no_cause_while_no_more_attempts_fail_than_before(warehouse: Warehouse) -> None:
    fill(warehouse, hours_of([Service("sales", "leads", flat(10))], AT + 4))
    scope, since, until = Key("sales", "leads").params(), MONDAY + AT * HOUR, MONDAY + (AT + 4) * HOUR
    calm = attempts_of(warehouse, scope, since, until)
    with warehouse.transaction() as tx:
        tx.execute("UPDATE hours SET failed_calls = 20 WHERE hour_at >= $since", {"since": since})
    assert [calm.fail_more, attempts_of(warehouse, scope, since, until).fail_more] == [False, True]
