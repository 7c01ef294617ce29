"""Codes that can't be guessed by trying, and what one connection may send."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_trainer.coach.gate import (
    ALPHABET,
    LOCKED_AFTER,
    LOCKED_S,
    MOST_ADDRESSES,
    Gate,
    Rate,
    new_code,
    origin,
    same_code,
)

CODE = "7K3M-Q2X0"
WRONG = "AAAA-AAAA"


def tries_until_locked(gate: Gate, address: str) -> float:
    """The time at which the last wrong code was looked at."""
    now = 0.0
    for _ in range(LOCKED_AFTER):
        now += gate.wait_s(address, now)
        assert not gate.admits(address, WRONG, now)
    return now


def test_codes_are_of_eight_letters_that_are_not_misread() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(len(code) == 9 and code[4] == "-" and set(code) <= {*ALPHABET, "-"} for code in codes)
    assert set("".join(codes)) == {*ALPHABET, "-"}
    assert new_code(random.Random(1)) == new_code(random.Random(1))


@pytest.mark.parametrize("typed", ["7k3m-q2xo", "7K3MQ2X0", " 7K3M q2xO ", "7-K-3-M-Q-2-X-0"])
def test_a_code_is_taken_as_people_type_it(typed: str) -> None:
    assert same_code(typed, CODE)


@pytest.mark.parametrize("typed", ["", "7K3M-Q2X", "7K3M-Q2X1", "7K3M-Q2X00", "\U0001f600", "７K3M-Q2X0"])
def test_anything_else_is_not(typed: str) -> None:
    assert not same_code(typed, CODE)


def test_each_wrong_code_makes_the_next_wait_longer_and_then_none_is_looked_at() -> None:
    gate, now, waits = Gate(CODE), 0.0, []
    for _ in range(LOCKED_AFTER):
        assert not gate.admits("192.0.2.1", WRONG, now)
        waits.append(gate.wait_s("192.0.2.1", now))
        now += waits[-1]
    assert waits == sorted(waits)
    assert waits[0] > 0
    assert waits[-1] == LOCKED_S


def test_a_right_code_before_its_time_is_not_looked_at() -> None:
    gate = Gate(CODE)
    locked = tries_until_locked(gate, "192.0.2.1")
    assert not gate.admits("192.0.2.1", CODE, locked + LOCKED_S - 1)
    assert gate.wait_s("192.0.2.1", locked + LOCKED_S - 1) == pytest.approx(1)  # and costs nothing more
    assert gate.admits("192.0.2.1", CODE, locked + LOCKED_S)
    assert gate.wait_s("192.0.2.1", locked + LOCKED_S) == 0


def test_nobody_elses_address_is_slowed() -> None:
    gate = Gate(CODE)
    locked = tries_until_locked(gate, "192.0.2.1")
    assert gate.admits("192.0.2.2", CODE, locked)


def test_an_ipv6_household_is_one_address() -> None:
    gate = Gate(CODE)
    locked = tries_until_locked(gate, "2001:db8:0:1::1")
    assert not gate.admits("2001:db8:0:1:ffff::2", CODE, locked)
    assert gate.admits("2001:db8:0:2::1", CODE, locked)
    assert origin("::ffff:192.0.2.1") == origin("192.0.2.1")


def test_at_most_forty_codes_an_hour_are_looked_at() -> None:
    gate, now, looked = Gate(CODE), 0.0, 0
    while now < 3600:
        now += gate.wait_s("192.0.2.1", now)
        gate.admits("192.0.2.1", WRONG, now)
        looked += 1
    assert looked <= 40


def test_many_addresses_do_not_fill_the_memory() -> None:
    gate = Gate(CODE)
    for number in range(MOST_ADDRESSES + 500):
        gate.admits(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", WRONG, 0.0)
    assert len(gate._tries) == MOST_ADDRESSES


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 50)), max_size=40))
def test_no_more_than_the_rate_gets_through(taken: list[tuple[float, float]]) -> None:
    rate, now, through = Rate(5.0, 20.0, 0.0), 0.0, 0.0
    for wait, amount in taken:
        now += wait
        if rate.take(amount, now) == 0:
            through += amount
    assert through <= 20.0 + 5.0 * now + 1e-6
