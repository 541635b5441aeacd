"""The Nu HTML checker (npm `vnu-jar`, run by Java): one run for a folder of pages, since starting it costs most."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.source import ROOT

JAR = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


def missing() -> str | None:
    """What has to be installed first, None when the checker can run."""
    if shutil.which("java") is None:
        return "no java here: install a Java runtime, such as the package openjdk-17-jre-headless"
    if not JAR.is_file():
        return "no Nu HTML checker here (npm package vnu-jar): run `npm ci --ignore-scripts`"
    return None


def messages(folder: Path) -> Iterator[str]:
    """What the checker has to say about each page in a folder, warnings too: file, line and sentence."""
    command = [
        "java",
        # It reads a hundred pages and ends: the compiler for programs that stay would take longer than it saves.
        "-XX:TieredStopAtLevel=1",
        "-Xss8m",
        "-jar",
        str(JAR),
        "--format",
        "json",
        "--stdout",
        "--exit-zero-always",
        "--skip-non-html",
    ]
    run = subprocess.run([*command, str(folder)], capture_output=True, text=True, timeout=300, check=True)
    for message in json.loads(run.stdout)["messages"]:
        page = Path(message.get("url", "")).name
        yield f"{page}:{message.get('lastLine')}: {message['message']} {message.get('extract', '')!r}"
