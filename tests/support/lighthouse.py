"""Lighthouse (npm), which opens pages in a Chromium of its own as a slow phone would, and gives them marks."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.browser import ARGUMENTS, chromium
from tests.support.source import ROOT

PROGRAM = ROOT / "node_modules" / "lighthouse" / "core" / "index.js"
SCRIPT = Path(__file__).with_suffix(".mjs")
CATEGORIES = ("accessibility", "best-practices", "performance")
SETTINGS = {
    "onlyCategories": CATEGORIES,
    # The look ends half a second after the network and the processor are still; a second each, and another one after
    # each event, is for pages that load more by themselves. Nobody sees the picture of the whole page.
    "networkQuietThresholdMs": 500,
    "cpuQuietThresholdMs": 500,
    "pauseAfterFcpMs": 0,
    "pauseAfterLoadMs": 0,
    "disableFullPageScreenshot": True,
}


def missing() -> str | None:
    """What has to be installed first, None when Lighthouse can run."""
    if shutil.which("node") is None:
        return "no node here: install your system's nodejs package"
    if not PROGRAM.is_file():
        return "no Lighthouse here (npm package lighthouse): run `npm ci --ignore-scripts`"
    if chromium() is None:
        return "no Chromium here: install your system's chromium package"
    return None


@dataclass(frozen=True, slots=True)
class Report:
    """The marks of one page, 0 to 100 for each category, and what took some away."""

    marks: Mapping[str, int]
    faults: tuple[str, ...]


def reports(pages: Sequence[tuple[str, str]], least: Mapping[str, int], tries: int) -> list[Report]:
    """Look at each page until no mark is below the least one, `tries` times at most; the report is of the last look.

    A page is its address, and the browser's cookie that lets it in. When the browser's trace failed, which Lighthouse
    says to run again for, the report has no marks and the fault. Raises AssertionError when an address led to another
    page.
    """
    wanted = {
        "chromePath": chromium(),
        "chromeFlags": ["--headless=new", *ARGUMENTS],
        "pages": [{"url": url, "extraHeaders": {"Cookie": cookie}} for url, cookie in pages],
        "settings": SETTINGS,
        "least": least,
        "tries": tries,
    }
    command, given = ["node", str(SCRIPT)], json.dumps(wanted)
    run = subprocess.run(command, input=given, capture_output=True, text=True, timeout=600, check=False)
    fault = Report({}, (run.stderr[-2000:],))
    if run.returncode != 0:
        return [fault for _ in pages]
    return [_read(found) if found else fault for found in json.loads(run.stdout)]


def _read(found: Mapping[str, Mapping[str, Mapping[str, object]]]) -> Report:
    asked, seen = found["requestedUrl"], found["finalDisplayedUrl"]
    assert seen == asked, f"Lighthouse was to look at {asked} and looked at {seen}."
    audits, marks, faults = found["audits"], {}, []
    for name in CATEGORIES:
        category = found["categories"][name]
        score, references = category["score"], category["auditRefs"]
        assert isinstance(references, list)
        if not isinstance(score, float | int):
            return Report({}, (f"Lighthouse gave no mark for {name}.",))
        marks[name] = round(score * 100)
        for reference in references:
            audit = audits[reference["id"]]
            if reference["weight"] and audit["score"] not in (None, 1):
                faults.append(f"{name}: {audit['title']} ({audit['score']}) {audit.get('displayValue', '')}".strip())
    return Report(marks, tuple(faults))
