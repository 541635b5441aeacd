"""Hears every statement that is sent to a database, whether SQLAlchemy sends it or `booking.prepared` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from booking import prepared


@contextmanager
def heard(note: Callable[[str], None]) -> Iterator[None]:
    """Tell of each statement before it is sent, as its driver gets it."""

    def by_sqlalchemy(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        note(statement)

    def prepared_one(plan: prepared.Plan, *rest: Any) -> Any:
        note(plan.text)
        return send(plan, *rest)

    send = prepared.send
    sa.event.listen(sa.Engine, "before_cursor_execute", by_sqlalchemy)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(prepared, "send", prepared_one)
            yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", by_sqlalchemy)
