"""Lighthouse (npm), which opens a page in a Chromium of its own as a slow phone would, and gives it marks."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.browser import ARGUMENTS, chromium
from tests.support.source import ROOT

PROGRAM = ROOT / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("accessibility", "best-practices", "performance")


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


def report(url: str, cookie: str, folder: Path) -> Report:
    """Look at one page once; the browser's cookie lets it in. Its report is left in the folder.

    When the browser's trace failed, which Lighthouse says to run again for, the report has no marks and the fault.
    """
    headers, answer = folder / "headers.json", folder / "report.json"
    headers.write_text(json.dumps({"Cookie": cookie}))
    command = ["node", str(PROGRAM), url, "--quiet", "--output=json", f"--output-path={answer}"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--extra-headers={headers}"]
    command += [f"--chrome-path={chromium()}", f"--chrome-flags={' '.join(('--headless=new', *ARGUMENTS))}"]
    # It would ask on a terminal whether it may report its own errors to its maker.
    command.append("--no-enable-error-reporting")
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if run.returncode != 0:
        return Report({}, (run.stderr[-2000:],))
    return _read(json.loads(answer.read_text()))


def _read(found: Mapping[str, Mapping[str, Mapping[str, object]]]) -> Report:
    audits, marks, faults = found["audits"], {}, []
    for name in CATEGORIES:
        category = found["categories"][name]
        score, references = category["score"], category["auditRefs"]
        assert isinstance(score, float | int), f"Lighthouse gave no mark for {name}."
        assert isinstance(references, list)
        marks[name] = round(score * 100)
        for reference in references:
            audit = audits[reference["id"]]
            if reference["weight"] and audit["score"] not in (None, 1):
                faults.append(f"{name}: {audit['title']} ({audit['score']}) {audit.get('displayValue', '')}".strip())
    return Report(marks, tuple(faults))
