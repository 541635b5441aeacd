"""Triggers for what no constraint can say: history is append-only, and states move with their event or approval."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

APPEND_ONLY = ("audit", "booking_event", "creative_review", "creative_revision", "ledger")

# (name, table, event, condition under which the change is refused, sentence)
REFUSED = (
    (
        "booking_moves_with_event",
        "booking",
        "UPDATE OF state, version",
        """(NEW.state <> OLD.state OR NEW.version <> OLD.version) AND NOT EXISTS (
            SELECT 1 FROM booking_event e
            WHERE e.booking_id = NEW.id AND e.seq = NEW.version AND NEW.version = OLD.version + 1
              AND e.from_state = OLD.state AND e.to_state = NEW.state)""",
        "A booking changes its state only together with its event.",
    ),
    (
        "creative_approved_by_review",
        "creative",
        "UPDATE OF approved_revision_id",
        """NEW.approved_revision_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM creative_review r
            WHERE r.revision_id = NEW.approved_revision_id AND r.decision = 'approved')""",
        "Only a revision with an approving review can be the approved one.",
    ),
    (
        "creative_starts_unapproved",
        "creative",
        "INSERT",
        "NEW.approved_revision_id IS NOT NULL",
        "New copy cannot be approved before it was reviewed.",
    ),
    (
        "issue_item_by_freeze",
        "issue_item",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM issue i WHERE i.id = NEW.issue_id AND i.state = 'frozen')",
        "Only freezing an issue writes its items.",
    ),
    (
        "issue_item_approved",
        "issue_item",
        "INSERT",
        """NEW.revision_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM creative_review r WHERE r.revision_id = NEW.revision_id AND r.decision = 'approved')""",
        "Nothing runs that was not approved.",
    ),
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for_sqlite()
    else:
        for_postgresql()


def for_sqlite() -> None:
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            refuse(f"{table}_no_{verb.lower()}", table, verb, None, f"The table {table} is append-only.")
    for guard in REFUSED:
        refuse(*guard)


def refuse(name: str, table: str, event: str, condition: str | None, sentence: str) -> None:
    """A trigger that refuses the event with the sentence, when the condition holds."""
    when = f"WHEN {condition}" if condition else ""
    op.execute(
        sa.text(f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{sentence}'); END")
    )


def for_postgresql() -> None:
    op.execute(
        sa.text(
            """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'The table % is append-only.', TG_TABLE_NAME USING ERRCODE = '23514'; END $$"""
        )
    )
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                sa.text(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
                    " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                )
            )
    for name, table, event, condition, sentence in REFUSED:
        # INSERT has no OLD row in PostgreSQL either; a function is needed because WHEN takes no subquery.
        op.execute(
            sa.text(
                f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF {condition} THEN RAISE EXCEPTION '{sentence}' USING ERRCODE = '23514'; END IF;
                RETURN NEW; END $$"""
            )
        )
        op.execute(sa.text(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"))
