"""Requests are counted in memory without a thread of their own."""

from __future__ import annotations

import threading

from limits.storage import storage_from_string

from booking import clock
from booking.web.counting import Counts


def test_it_is_the_storage_of_its_scheme() -> None:
    assert isinstance(storage_from_string("process://"), Counts)
    assert Counts().check()


def test_a_key_counts_until_its_time_is_over_and_starts_again() -> None:
    counts = Counts()
    with clock.frozen_at("2026-03-02 09:00") as now:
        assert [counts.incr("a", 600) for _ in range(3)] == [1, 2, 3]
        assert counts.incr("b", 600, amount=5) == 5
        assert counts.get("a") == 3
        assert counts.get_expiry("a") == now.timestamp() + 600
    with clock.frozen_at("2026-03-02 09:10"):
        assert counts.get("a") == 0
        assert counts.incr("a", 600) == 1


def test_what_is_over_is_swept_out() -> None:
    counts = Counts()
    with clock.frozen_at("2026-03-02 09:00"):
        for number in range(1000):
            counts.incr(str(number), 30)
    with clock.frozen_at("2026-03-02 09:01"):
        counts.incr("another", 30)
    assert counts.reset() == 1


def test_a_key_can_be_forgotten() -> None:
    counts = Counts()
    counts.incr("a", 600)
    counts.clear("a")
    counts.clear("never counted")
    assert counts.get("a") == 0


def test_no_request_is_lost_between_threads_and_none_is_started() -> None:
    counts, before = Counts(), threading.active_count()
    threads = [threading.Thread(target=lambda: [counts.incr("a", 600) for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts.get("a") == 4000
    assert threading.active_count() == before
