"""How the five journeys are walked: by mouse, by keyboard alone and without script, on both databases between them.

What a journey shows of a way and what it shows of a database are two things: to walk each way on each database would
show neither of them better.
"""

from __future__ import annotations

from collections.abc import Mapping

DATABASE_OF: Mapping[str, str] = {
    "mouse": "sqlite",
    "keyboard": "postgresql",
    "without script": "sqlite",
}
"""The database under each way: test_browser here, test_keyboard and test_without_script in tests/gates."""
