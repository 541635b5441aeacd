"""The fixture `race`: the same act, or different ones, in real processes that start at the same moment."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

import pytest
from flask import Flask

from booking import clock
from booking.db import db
from booking.stripe_simulator import Simulator
from tests.races.acts import LOOKED, Place, serve
from tests.support.databases import Database

# Forked from a server that has imported the acts and opened nothing: as clean as a new program, and sooner there.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.races.acts", "tests.races.warm"])

PATIENCE = 60
HEAD_START = 0.02
"""Seconds between the word to go and the moment to go, so that every runner has heard it."""


@dataclass(slots=True)
class Runner:
    """One process and the line to it."""

    process: ForkServerProcess
    line: Connection

    @classmethod
    def start(cls) -> Runner:
        """A process that waits for acts."""
        ours, theirs = processes.Pipe()
        process = processes.Process(target=serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        return cls(process, ours)

    def hear(self) -> Any:
        """What the process says; None when it was killed."""
        assert self.line.poll(PATIENCE), "A process of the race never came back."
        try:
            return self.line.recv()
        except EOFError:
            return None


@dataclass(slots=True)
class Race:
    """Runs acts in processes against one database."""

    database_url: str
    stripe: str
    runners: list[Runner]

    def run(self, *acts: tuple[Any, ...]) -> list[Any]:
        """Run each act (its name and arguments) in a process of its own, all at once; None for one that was killed."""
        db.session.rollback()
        while len(self.runners) < len(acts):
            self.runners.append(Runner.start())
        place = Place(self.database_url, self.stripe, clock.now())
        running = self.runners[: len(acts)]
        for runner, (name, *args) in zip(running, acts, strict=True):
            runner.line.send((place, name, args))
        assert {runner.hear() for runner in running} == {"ready"}
        start = time.monotonic() + HEAD_START
        for runner in running:
            runner.line.send(start)
        said = [runner.hear() for runner in running]
        for runner, word in zip(running, said, strict=True):
            if word == LOOKED:
                runner.line.send("go on")
        outcomes = [runner.hear() if word == LOOKED else word for runner, word in zip(running, said, strict=True)]
        for runner, outcome in zip(running, outcomes, strict=True):
            if outcome is None:
                runner.process.join(PATIENCE)
                self.runners.remove(runner)
        return outcomes

    def all_at_once(self, acts: Sequence[tuple[Any, ...]]) -> list[Any]:
        """As `run`; no process may end in an error that is not a refusal."""
        outcomes = self.run(*acts)
        assert not [one for one in outcomes if str(one).startswith("!")], outcomes
        return outcomes


@pytest.fixture(scope="session")
def runners() -> Iterator[list[Runner]]:
    """Processes that stay between races: starting one costs more than most races."""
    started: list[Runner] = []
    yield started
    for runner in started:
        runner.line.close()
        runner.process.join(PATIENCE)


@pytest.fixture
def race(app: Flask, database: Database, simulator: Simulator, runners: list[Runner]) -> Race:
    """Real processes on the database of this test."""
    assert app.config["SQLALCHEMY_DATABASE_URI"] == database.url
    return Race(database.url, simulator.base_url, runners)
