"""Every table of people, inventory, orders, copy and money.

Slot and booking, and creative and revision, point at each other. SQLite takes such a foreign key only inside CREATE
TABLE and does not mind that its target comes later; PostgreSQL minds, and adds it afterwards.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

CIRCULAR = (
    (
        "fk_creative_approved_revision",
        "creative",
        "creative_revision",
        ["approved_revision_id", "id"],
        ["id", "creative_id"],
    ),
    (
        "fk_creative_current_revision",
        "creative",
        "creative_revision",
        ["current_revision_id", "id"],
        ["id", "creative_id"],
    ),
    ("fk_slot_own_booking", "slot", "booking", ["booking_id", "id"], ["id", "slot_id"]),
)


def inline(table: str) -> list[sa.ForeignKeyConstraint]:
    """The circular foreign keys of a table, where they can only be made with it."""
    if op.get_bind().dialect.name != "sqlite":
        return []
    return [
        sa.ForeignKeyConstraint(
            columns, [f"{target}.{column}" for column in targets], name=name, initially="DEFERRED", deferrable=True
        )
        for name, source, target, columns, targets in CIRCULAR
        if source == table
    ]


def add_circular() -> None:
    """The same foreign keys, where they can be added later."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for name, source, target, columns, targets in CIRCULAR:
        op.create_foreign_key(name, source, target, columns, targets, initially="DEFERRED", deferrable=True)


def upgrade() -> None:
    op.create_table(
        "advertiser",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("vat_number", sa.String(length=40), nullable=False),
        sa.Column("may_pay_by_invoice", sa.Boolean(), nullable=False),
        sa.Column("may_be_named", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advertiser")),
    )
    op.create_table(
        "allowed_transition",
        sa.Column("from_state", sa.String(length=24), nullable=False),
        sa.Column("to_state", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_allowed_transition")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_table(
        "cancellation_step",
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.CheckConstraint("days >= 0", name=op.f("ck_cancellation_step_days")),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_cancellation_step_percent")),
        sa.PrimaryKeyConstraint("days", name=op.f("pk_cancellation_step")),
    )
    op.create_table(
        "discount_step",
        sa.Column("weeks", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 1 AND 90", name=op.f("ck_discount_step_percent")),
        sa.CheckConstraint("weeks > 1", name=op.f("ck_discount_step_weeks")),
        sa.PrimaryKeyConstraint("weeks", name=op.f("pk_discount_step")),
    )
    op.create_table(
        "house_ad",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=1000), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_ad")),
    )
    op.create_table(
        "issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("publishes_on", sa.Date(), nullable=False),
        sa.Column("rule_date", sa.Date(), nullable=False),
        sa.Column("sends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booking_deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("copy_deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "open",
                "frozen",
                "sent",
                name="issuestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archive_url", sa.String(length=500), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_issue_sent_at")),
        sa.CheckConstraint("state NOT IN ('frozen', 'sent') OR frozen_at IS NOT NULL", name=op.f("ck_issue_frozen_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("number", name=op.f("uq_issue_number")),
        sa.UniqueConstraint("publishes_on", name=op.f("uq_issue_publishes_on")),
        sa.UniqueConstraint("rule_date", name=op.f("uq_issue_rule_date")),
    )
    op.create_index(op.f("ix_issue_sends_at"), "issue", ["sends_at"], unique=False)
    op.create_table(
        "newsletter",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("tagline", sa.String(length=300), nullable=False),
        sa.Column("editor_name", sa.String(length=120), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("send_time", sa.Time(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("booking_days_before", sa.Integer(), nullable=False),
        sa.Column("booking_time", sa.Time(), nullable=False),
        sa.Column("copy_days_before", sa.Integer(), nullable=False),
        sa.Column("copy_time", sa.Time(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("label_foot", sa.Boolean(), nullable=False),
        sa.Column("footer_starts_with", sa.String(length=200), nullable=False),
        sa.Column("archive_url", sa.String(length=500), nullable=False),
        sa.Column("policies", sa.Text(), nullable=False),
        sa.CheckConstraint("booking_days_before >= 0 AND copy_days_before >= 0", name=op.f("ck_newsletter_deadlines")),
        sa.CheckConstraint("id = 1", name=op.f("ck_newsletter_single")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_newsletter_weekday")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("mail", "webhook", name="outboxkind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("recipient", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting", "sent", "dead", name="outboxstate", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=400), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outbox_sent_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
    )
    op.create_index(op.f("ix_outbox_state"), "outbox", ["state"], unique=False)
    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "sponsor", "event", "job", name="placementkind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("description", sa.String(length=400), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("slots_per_issue", sa.Integer(), nullable=False),
        sa.Column("copy_limit", sa.Integer(), nullable=False),
        sa.Column("example_copy", sa.Text(), nullable=False),
        sa.CheckConstraint("copy_limit > 0", name=op.f("ck_placement_limit")),
        sa.CheckConstraint("slots_per_issue >= 0", name=op.f("ck_placement_slots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
        sa.UniqueConstraint("kind", name=op.f("uq_placement_kind")),
    )
    op.create_table(
        "reader_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_fact")),
    )
    op.create_table(
        "schedule_exception",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "skip", "move", "extra", name="exceptionkind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("moves_to", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.CheckConstraint("(kind = 'move') = (moves_to IS NOT NULL)", name=op.f("ck_schedule_exception_moves_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_exception")),
        sa.UniqueConstraint("on_date", name=op.f("uq_schedule_exception_on_date")),
    )
    op.create_table(
        "stripe_event",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("object_id", sa.String(length=255), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "done",
                "ignored",
                "failed",
                name="eventstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_event")),
    )
    op.create_index(op.f("ix_stripe_event_state"), "stripe_event", ["state"], unique=False)
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "role",
            sa.Enum("advertiser", "editor", name="role", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor",
            sa.Enum(
                "advertiser",
                "editor",
                "system",
                "stripe",
                name="actor",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("sentence", sa.String(length=500), nullable=False),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_audit_actor_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_table(
        "creative",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("advertiser_id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("current_revision_id", sa.Integer(), nullable=True),
        sa.Column("approved_revision_id", sa.Integer(), nullable=True),
        sa.Column("draft", sa.JSON(), nullable=True),
        sa.Column("draft_version", sa.Integer(), nullable=False),
        sa.Column("draft_saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["advertiser_id"], ["advertiser.id"], name=op.f("fk_creative_advertiser_id_advertiser")
        ),
        *inline("creative"),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_creative_placement_id_placement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creative")),
    )
    op.create_index(op.f("ix_creative_advertiser_id"), "creative", ["advertiser_id"], unique=False)
    op.create_table(
        "feed_base",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_feed_base_issue_id_issue")),
        sa.PrimaryKeyConstraint("issue_id", "region", name=op.f("pk_feed_base")),
    )
    op.create_table(
        "feed_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256_before", sa.String(length=64), nullable=False),
        sa.Column("sha256_after", sa.String(length=64), nullable=False),
        sa.Column("revision_ids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_feed_run_issue_id_issue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_run")),
    )
    op.create_index(op.f("ix_feed_run_issue_id"), "feed_run", ["issue_id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("user_agent", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_login_session_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    op.create_index(op.f("ix_login_session_user_id"), "login_session", ["user_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("advertiser_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["advertiser_id"], ["advertiser.id"], name=op.f("fk_membership_advertiser_id_advertiser")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_membership_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", "advertiser_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_advertiser_id"), "membership", ["advertiser_id"], unique=False)
    op.create_table(
        "order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("advertiser_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "paid_by",
            sa.Enum(
                "card",
                "invoice",
                "complimentary",
                "make_good",
                name="orderpayment",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("company", sa.String(length=120), nullable=False),
        sa.Column("buyer_name", sa.String(length=120), nullable=False),
        sa.Column("buyer_email", sa.String(length=254), nullable=False),
        sa.Column("vat_number", sa.String(length=40), nullable=False),
        sa.Column("po_number", sa.String(length=60), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("subtotal", sa.Integer(), nullable=False),
        sa.Column("discount", sa.Integer(), nullable=False),
        sa.Column("tax", sa.Integer(), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pay_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("discount BETWEEN 0 AND subtotal", name=op.f("ck_order_discount")),
        sa.CheckConstraint("tax >= 0", name=op.f("ck_order_tax")),
        sa.ForeignKeyConstraint(["advertiser_id"], ["advertiser.id"], name=op.f("fk_order_advertiser_id_advertiser")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_order_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("public_id", name=op.f("uq_order_public_id")),
        sa.UniqueConstraint("request_key", name=op.f("uq_order_request_key")),
    )
    op.create_index(op.f("ix_order_advertiser_id"), "order", ["advertiser_id"], unique=False)
    op.create_index(op.f("ix_order_user_id"), "order", ["user_id"], unique=False)
    op.create_table(
        "rate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_rate_amount")),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_rate_placement_id_placement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate")),
        sa.UniqueConstraint("placement_id", "valid_from", name=op.f("uq_rate_placement_id_valid_from")),
    )
    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_path", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sign_in_link_user_id_user")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
    )
    op.create_index(op.f("ix_sign_in_link_user_id"), "sign_in_link", ["user_id"], unique=False)
    op.create_table(
        "slot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("on_sale", sa.Boolean(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("sales_close_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_hard_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("block_reason", sa.String(length=200), nullable=False),
        sa.Column("house_ad_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(held_until IS NULL) = (hold_hard_until IS NULL)", name=op.f("ck_slot_hold_has_cap")),
        sa.CheckConstraint("held_until IS NULL OR booking_id IS NOT NULL", name=op.f("ck_slot_hold_has_booking")),
        sa.CheckConstraint("held_until IS NULL OR held_until <= hold_hard_until", name=op.f("ck_slot_hold_within_cap")),
        sa.CheckConstraint("ordinal > 0", name=op.f("ck_slot_ordinal")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_slot_price")),
        *inline("slot"),
        sa.ForeignKeyConstraint(["house_ad_id"], ["house_ad.id"], name=op.f("fk_slot_house_ad_id_house_ad")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_slot_issue_id_issue")),
        sa.ForeignKeyConstraint(["placement_id"], ["placement.id"], name=op.f("fk_slot_placement_id_placement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_slot_booking_id")),
        sa.UniqueConstraint("issue_id", "placement_id", "ordinal", name=op.f("uq_slot_issue_id_placement_id_ordinal")),
    )
    op.create_index(op.f("ix_slot_placement_id"), "slot", ["placement_id"], unique=False)
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("creative_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "confirmed",
                "lapsed",
                "unplaced",
                "cancelled",
                "ran",
                name="bookingstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("discount", sa.Integer(), nullable=False),
        sa.Column(
            "fallback",
            sa.Enum(
                "run_last", "move", "credit", name="fallback", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("copy_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("discount BETWEEN 0 AND price", name=op.f("ck_booking_discount")),
        sa.CheckConstraint("version > 0", name=op.f("ck_booking_version")),
        sa.ForeignKeyConstraint(["creative_id"], ["creative.id"], name=op.f("fk_booking_creative_id_creative")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_booking_order_id_order")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_booking_slot_id_slot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("id", "slot_id", name=op.f("uq_booking_id_slot_id")),
    )
    op.create_index(op.f("ix_booking_creative_id"), "booking", ["creative_id"], unique=False)
    op.create_index(op.f("ix_booking_order_id"), "booking", ["order_id"], unique=False)
    op.create_index("ix_booking_slot_id_state", "booking", ["slot_id", "state"], unique=False)
    op.create_index(
        "uq_booking_confirmed_slot",
        "booking",
        ["slot_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('confirmed', 'ran')"),
        postgresql_where=sa.text("state IN ('confirmed', 'ran')"),
    )
    op.create_table(
        "checkout_attempt",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("checkout", "invoice", name="attemptkind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "processing",
                "paid",
                "expired",
                "cancelled",
                "failed",
                name="attemptstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("stripe_id", sa.String(length=255), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_checkout_attempt_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_checkout_attempt_order_id_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkout_attempt")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_checkout_attempt_stripe_id")),
    )
    op.create_index(op.f("ix_checkout_attempt_order_id"), "checkout_attempt", ["order_id"], unique=False)
    op.create_index(
        "uq_checkout_attempt_open_order",
        "checkout_attempt",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "creative_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("creative_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=2000), nullable=False),
        sa.Column("final_link", sa.String(length=2200), nullable=False),
        sa.Column("details", sa.JSON(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "author",
            sa.Enum(
                "advertiser",
                "editor",
                "system",
                "stripe",
                name="actor",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_creative_revision_author_id_user")),
        sa.ForeignKeyConstraint(
            ["creative_id"], ["creative.id"], name=op.f("fk_creative_revision_creative_id_creative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creative_revision")),
        sa.UniqueConstraint("creative_id", "number", name=op.f("uq_creative_revision_creative_id_number")),
        sa.UniqueConstraint("id", "creative_id", name=op.f("uq_creative_revision_id_creative_id")),
    )
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_kind", sa.String(length=24), nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column("leg", sa.String(length=40), nullable=False),
        sa.Column(
            "debit",
            sa.Enum(
                "stripe",
                "receivable",
                "revenue",
                "refunds",
                "unapplied",
                "dispute",
                "dispute_loss",
                "fees",
                "bank",
                name="debit",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "credit",
            sa.Enum(
                "stripe",
                "receivable",
                "revenue",
                "refunds",
                "unapplied",
                "dispute",
                "dispute_loss",
                "fees",
                "bank",
                name="credit",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_amount")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_ledger_two_accounts")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_ledger_order_id_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("source_kind", "source_id", "leg", name=op.f("uq_ledger_source_kind_source_id_leg")),
    )
    op.create_index(op.f("ix_ledger_at"), "ledger", ["at"], unique=False)
    op.create_index(op.f("ix_ledger_order_id"), "ledger", ["order_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=160), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_task_order_id_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_task_dedupe_key")),
    )
    op.create_index(op.f("ix_task_order_id"), "task", ["order_id"], unique=False)
    op.create_table(
        "booking_event",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=24), nullable=False),
        sa.Column("to_state", sa.String(length=24), nullable=False),
        sa.Column(
            "actor",
            sa.Enum(
                "advertiser",
                "editor",
                "system",
                "stripe",
                name="actor",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_booking_event_actor_id_user")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_booking_event_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["from_state", "to_state"],
            ["allowed_transition.from_state", "allowed_transition.to_state"],
            name=op.f("fk_booking_event_from_state_to_state_allowed_transition"),
        ),
        sa.PrimaryKeyConstraint("booking_id", "seq", name=op.f("pk_booking_event")),
    )
    op.create_table(
        "creative_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "approved",
                "changes_requested",
                "rejected",
                name="reviewdecision",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision = 'approved' OR reason <> ''", name=op.f("ck_creative_review_reason")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["user.id"], name=op.f("fk_creative_review_reviewer_id_user")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["creative_revision.id"], name=op.f("fk_creative_review_revision_id_creative_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creative_review")),
        sa.UniqueConstraint("revision_id", name=op.f("uq_creative_review_revision_id")),
    )
    op.create_table(
        "issue_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("house_ad_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("(revision_id IS NULL) <> (house_ad_id IS NULL)", name=op.f("ck_issue_item_one_source")),
        sa.CheckConstraint("(revision_id IS NULL) = (booking_id IS NULL)", name=op.f("ck_issue_item_approved_copy")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_issue_item_booking_id_booking")),
        sa.ForeignKeyConstraint(["house_ad_id"], ["house_ad.id"], name=op.f("fk_issue_item_house_ad_id_house_ad")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_issue_item_issue_id_issue")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["creative_revision.id"], name=op.f("fk_issue_item_revision_id_creative_revision")
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_issue_item_slot_id_slot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_item")),
        sa.UniqueConstraint("issue_id", "slot_id", name=op.f("uq_issue_item_issue_id_slot_id")),
    )
    op.create_index(op.f("ix_issue_item_booking_id"), "issue_item", ["booking_id"], unique=False)
    op.create_table(
        "link_check",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Boolean(), nullable=False),
        sa.Column("finding", sa.String(length=400), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["creative_revision.id"], name=op.f("fk_link_check_revision_id_creative_revision")
        ),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_link_check")),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("attempt_id", sa.String(length=36), nullable=True),
        sa.Column("stripe_payment_intent_id", sa.String(length=255), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("promotion_discount", sa.Integer(), nullable=False),
        sa.Column("refund_reserved", sa.Integer(), nullable=False),
        sa.Column(
            "disposition",
            sa.Enum(
                "applied",
                "late_applied",
                "duplicate",
                "unplaced",
                "mismatch",
                "orphan",
                name="paymentdisposition",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("receipt_url", sa.Text(), nullable=False),
        sa.Column("invoice_url", sa.Text(), nullable=False),
        sa.Column("invoice_pdf", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount")),
        sa.CheckConstraint("refund_reserved BETWEEN 0 AND amount", name=op.f("ck_payment_refund_reserved")),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["checkout_attempt.id"], name=op.f("fk_payment_attempt_id_checkout_attempt")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_payment_order_id_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("stripe_payment_intent_id", name=op.f("uq_payment_stripe_payment_intent_id")),
    )
    op.create_index(op.f("ix_payment_order_id"), "payment", ["order_id"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stripe_dispute_id", sa.String(length=255), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "won", "lost", name="disputestate", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_dispute_payment_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("stripe_dispute_id", name=op.f("uq_dispute_stripe_dispute_id")),
    )
    op.create_index(op.f("ix_dispute_payment_id"), "dispute", ["payment_id"], unique=False)
    op.create_table(
        "found_block",
        sa.Column("issue_item_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=12), nullable=False),
        sa.Column(
            "found",
            sa.Enum(
                "ran", "altered", "missing", name="foundstate", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("difference", sa.JSON(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_item_id"], ["issue_item.id"], name=op.f("fk_found_block_issue_item_id_issue_item")
        ),
        sa.PrimaryKeyConstraint("issue_item_id", "place", name=op.f("pk_found_block")),
    )
    op.create_table(
        "refund",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "submitted",
                "succeeded",
                "failed",
                name="refundstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("stripe_refund_id", sa.String(length=255), nullable=True),
        sa.Column("request_key", sa.String(length=120), nullable=True),
        sa.Column(
            "actor",
            sa.Enum(
                "advertiser",
                "editor",
                "system",
                "stripe",
                name="actor",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(length=300), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refund_amount")),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_refund_actor_id_user")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_refund_booking_id_booking")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("request_key", name=op.f("uq_refund_request_key")),
        sa.UniqueConstraint("stripe_refund_id", name=op.f("uq_refund_stripe_refund_id")),
    )
    op.create_index(op.f("ix_refund_booking_id"), "refund", ["booking_id"], unique=False)
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"], unique=False)
    op.create_index(op.f("ix_refund_state"), "refund", ["state"], unique=False)
    add_circular()
