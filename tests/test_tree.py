"""`make lint` checks the tree; here it is shown that each of those checks finds what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.tree import BIGGEST, files, problems

# Put together here, so that the checks do not find this file.
SOMEBODYS = "/ro" + "ot/.cache/x"
SECRET = "sk_test_" + "4" * 24
UNNAMED = "x = 1  # no" + "qa"
UNREASONED = "x = 1  # type: ig" + "nore[assignment]"
ADDRESS = "--extra-index" + "-url https://packages.example.com/simple"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (ADDRESS, "package index"),
        (SOMEBODYS, "somebody's machine"),
        (SECRET, "secret"),
        (UNNAMED, "without saying which"),
        (UNREASONED, "without a reason"),
        ("x = 1  ", "white space"),
        ("<" * 7 + " main", "half merged"),
    ],
)
def test_each_fault_is_found_with_its_line(line: str, fault: str) -> None:
    (found,) = problems(Path("some.py"), f"first\n{line}\n".encode())
    assert found.startswith("some.py:2: ")
    assert fault in found


@pytest.mark.parametrize(
    "line",
    [
        'BASE = "https://example.com/home/ada"',
        'KEY = "sk_test_simulator"',
        f"{UNREASONED}  # the library says Any",
        f"# Any.\n{UNREASONED}",
    ],
)
def test_what_only_looks_like_a_fault_is_left_alone(line: str) -> None:
    assert list(problems(Path("some.py"), line.encode())) == []


def test_white_space_means_something_in_an_issue() -> None:
    assert list(problems(Path("issue.md"), b"two blanks  \n=======\n")) == []


def test_a_heavy_file_is_found() -> None:
    (found,) = problems(Path("data.bin"), b"\xff" * (BIGGEST + 1))
    assert "weighs" in found


def test_the_checked_files_include_this_one() -> None:
    assert Path(__file__) in list(files())
