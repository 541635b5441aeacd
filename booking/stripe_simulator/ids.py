"""Identifiers that look like Stripe's, so that a program which reads a prefix reads the right one."""

from __future__ import annotations

import secrets
import string

ALPHABET = string.ascii_letters + string.digits

LENGTHS = {"cs_test_": 58, "req_": 14}
"""Prefixes whose ids are not of the usual 24 characters."""


def new_id(prefix: str) -> str:
    """A fresh id: the prefix (with its underscore) and random letters and digits."""
    drawn = secrets.token_bytes(LENGTHS.get(prefix, 24))
    return prefix + "".join(ALPHABET[byte % len(ALPHABET)] for byte in drawn)
