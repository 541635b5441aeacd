"""The simulator as a program: where it runs, where it refuses to, and what it remembers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from booking.stripe_simulator import Settings, Simulator, UnsafeSetting, create_simulator
from tests.stripe_simulator.shop import client_of, control, funds, look, pay, sell


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        (Settings(host="0.0.0.0"), "127.0.0.1"),
        (Settings(host="192.168.1.5"), "127.0.0.1"),
        (Settings(host="example.com"), "127.0.0.1"),
        (Settings(production=True), "production"),
        (Settings(environment={"BOOKING_CONFIG": "Production"}), "production"),
        (Settings(environment={"STRIPE_KEY": "sk_live_x"}), "live"),
        (Settings(environment={"STRIPE_KEY": "rk_live_x"}), "live"),
    ],
)
def test_the_simulator_refuses_to_run_where_money_or_strangers_are(settings: Settings, word: str) -> None:
    with pytest.raises(UnsafeSetting, match=word):
        create_simulator(settings)


def test_a_foreign_host_name_is_refused(simulator: Simulator) -> None:
    answer = requests.get(f"{simulator.base_url}/_sim/clock", headers={"Host": "evil.example"}, timeout=20)
    assert answer.status_code == 421


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    settings = Settings(database=str(tmp_path / "stripe.sqlite"), environment={})
    with Simulator(settings) as first:
        session = sell(client_of(first), key="attempt-1")
        control(first, "/clock", advance=100)
        pay(first, session)
    with Simulator(settings) as second:
        client = client_of(second)
        assert sell(client, key="attempt-1").id == session.id
        assert look(client, session).payment_status == "paid"
        assert funds(client) == 45_000
        assert requests.get(f"{second.base_url}/_sim/deliveries", timeout=20).json()[0]["state"] == "pending"


def test_a_reset_forgets_everything(simulator: Simulator) -> None:
    pay(simulator, sell(client_of(simulator)))
    control(simulator, "/clock", advance=10**8)
    control(simulator, "/dials", fee_percent=3, paused=True)
    control(simulator, "/chaos", target="requests", action="error", path="/v1/never")
    before = requests.get(f"{simulator.base_url}/_sim/clock", timeout=20).json()["now"]
    control(simulator, "/reset")
    state = requests.get(f"{simulator.base_url}/_sim/state", timeout=20).json()
    assert state["objects"] == {}
    assert state["now"] < before
    assert (state["dials"]["fee_percent"], state["dials"]["paused"]) == (0, False)
    assert requests.get(f"{simulator.base_url}/_sim/chaos", timeout=20).json() == []


def test_a_frozen_clock_stands(simulator: Simulator) -> None:
    assert control(simulator, "/clock", frozen=True, set=1_800_000_000)["now"] == 1_800_000_000
    assert control(simulator, "/clock", advance=60)["now"] == 1_800_000_060
    assert sell(client_of(simulator)).created == 1_800_000_060


def test_an_unknown_dial_or_object_is_refused_with_a_sentence(simulator: Simulator) -> None:
    for act, word in (("/dials", "paused"), ("/sessions/cs_none/pay", "cs_none"), ("/disputes/du_none/win", "du_none")):
        answer = requests.post(f"{simulator.base_url}/_sim{act}", json={"colour": 1}, timeout=20)
        assert answer.status_code == 400
        assert word in answer.json()["error"]


def run(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """The simulator as its own program."""
    return subprocess.Popen(
        [sys.executable, "-m", "booking.stripe_simulator", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )


def test_the_program_says_where_it_is_and_stops_when_told() -> None:
    program = run("--port", "0")
    assert program.stdout is not None
    line = program.stdout.readline()
    address = line.split()[3]
    assert requests.get(f"{address}/v1/balance", auth=("sk_test_x", ""), timeout=20).status_code == 200
    program.terminate()
    assert (program.wait(20), program.communicate()[1]) == (0, "")


@pytest.mark.parametrize("arguments", [("--host", "0.0.0.0"), ("--production",)])
def test_the_program_refuses_in_one_sentence(arguments: tuple[str, ...]) -> None:
    program = run("--port", "0", *arguments)
    _, words = program.communicate(timeout=20)
    assert program.returncode == 2
    assert len(words.strip().splitlines()) == 1
