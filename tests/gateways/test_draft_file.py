"""Drafts as files: read whole, replaced whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from booking.gateways import draft_file
from booking.gateways.draft_file import FileNotUsable


def test_a_file_is_replaced_with_its_permissions(tmp_path: Path) -> None:
    draft = tmp_path / "500.md"
    draft.write_bytes(b"old")
    draft.chmod(0o640)
    draft_file.replace(draft, b"new")
    assert draft.read_bytes() == b"new"
    assert draft.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["500.md"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    draft, link = tmp_path / "500.md", tmp_path / "latest.md"
    draft.write_bytes(b"old")
    link.symlink_to(draft)
    draft_file.replace(link, b"new")
    assert link.is_symlink()
    assert draft.read_bytes() == b"new"


def test_a_file_that_vanished_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(FileNotUsable, match="It is as it was"):
        draft_file.replace(tmp_path / "500.md", b"new")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileNotUsable, match="There is no file"):
        draft_file.read(tmp_path / "500.md")
    with pytest.raises(FileNotUsable, match="is a folder"):
        draft_file.read(tmp_path)
