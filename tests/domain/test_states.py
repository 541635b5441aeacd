"""States move by table, and the table is the design's."""

import copy
import inspect
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain import states
from booking.domain.errors import WrongState
from booking.domain.states import NONE, TRANSITIONS, BookingState, Labelled, Machine, allowed_transitions, move

ENUM_OF: dict[Machine, type[StrEnum]] = {
    Machine.BOOKING: states.BookingState,
    Machine.COPY: states.CopyState,
    Machine.REFUND: states.RefundState,
    Machine.ISSUE: states.IssueState,
    Machine.ATTEMPT: states.AttemptState,
    Machine.EVENT: states.EventState,
    Machine.DISPUTE: states.DisputeState,
    Machine.MAIL: states.OutboxState,
}

ENUMS = [
    kind
    for _, kind in inspect.getmembers(states, inspect.isclass)
    if issubclass(kind, Labelled) and kind is not Labelled
]


def test_a_booking_moves_as_the_design_draws_it() -> None:
    assert TRANSITIONS[Machine.BOOKING] == {
        ("none", "held"),
        ("none", "confirmed"),
        ("held", "confirmed"),
        ("held", "lapsed"),
        ("held", "cancelled"),
        ("lapsed", "confirmed"),
        ("lapsed", "unplaced"),
        ("unplaced", "confirmed"),
        ("unplaced", "cancelled"),
        ("confirmed", "cancelled"),
        ("confirmed", "ran"),
        ("confirmed", "confirmed"),
    }


def test_an_issue_reopens_only_before_sending() -> None:
    assert move(Machine.ISSUE, "frozen", "open") == "open"
    with pytest.raises(WrongState):
        move(Machine.ISSUE, "sent", "open")


def test_a_refund_never_moves_before_it_is_submitted() -> None:
    with pytest.raises(WrongState):
        move(Machine.REFUND, "requested", "succeeded")


def test_copy_is_reviewed_only_after_it_was_submitted() -> None:
    for decision in states.ReviewDecision:
        assert move(Machine.COPY, "submitted", decision) is decision
        with pytest.raises(WrongState):
            move(Machine.COPY, NONE, decision)


def test_every_decision_is_a_state_of_copy() -> None:
    assert {decision.value for decision in states.ReviewDecision} < {state.value for state in states.CopyState}


def test_money_that_arrives_is_a_move_from_every_abandoned_attempt() -> None:
    for given_up in ("expired", "cancelled", "failed"):
        assert move(Machine.ATTEMPT, given_up, "paid") == "paid"


@given(st.sampled_from(Machine), st.data())
def test_only_listed_pairs_move(machine: Machine, data: st.DataObject) -> None:
    named = [NONE, *(member.value for member in ENUM_OF[machine])]
    old, new = data.draw(st.sampled_from(named)), data.draw(st.sampled_from(named))
    if (machine.value, old, new) in set(allowed_transitions()):
        assert move(machine, old, new) == new
    else:
        with pytest.raises(WrongState) as refused:
            move(machine, old, new)
        assert (refused.value.old, refused.value.new) == (old, new)


@pytest.mark.parametrize("machine", Machine)
def test_every_state_can_be_reached_and_every_move_is_between_states(machine: Machine) -> None:
    named = {member.value for member in ENUM_OF[machine]}
    assert {old for old, _ in TRANSITIONS[machine]} <= named | {NONE}
    assert {new for _, new in TRANSITIONS[machine]} == named


def test_the_rows_for_the_database_are_unique_and_complete() -> None:
    rows = list(allowed_transitions())
    assert len(rows) == len(set(rows)) == sum(len(pairs) for pairs in TRANSITIONS.values())
    assert ("booking", "none", "held") in rows


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
def test_a_member_keeps_value_and_label_together(kind: type[Labelled]) -> None:
    for member in kind:
        assert kind(member.value) is member
        assert str(member) == member.value
        assert member.label[0].isupper()
        assert copy.copy(member) is member
    assert len({member.label for member in kind}) == len(kind)


def test_an_unknown_value_is_not_a_state() -> None:
    with pytest.raises(ValueError, match="paid"):
        BookingState("paid")
