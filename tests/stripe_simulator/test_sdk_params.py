"""What the tests sell with is what the SDK's own types allow; and those types would notice."""

from __future__ import annotations

from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from tests.stripe_simulator.sdk_params import violations_of_params
from tests.stripe_simulator.shop import terms


def test_the_terms_of_a_sale_are_what_the_sdk_takes() -> None:
    assert violations_of_params(SessionCreateParams, terms(discounts=[{"coupon": "x"}], expires_at=5)) == []


def test_the_types_notice_the_parameter_that_endive_removed() -> None:
    assert violations_of_params(SessionCreateParams, terms(payment_method_types=["card"]))


def test_the_types_notice_a_wrong_word_a_wrong_type_and_a_missing_name() -> None:
    wrong = [
        terms(mode="barter"),
        terms(expires_at="soon"),
        terms(automatic_tax={}),
        terms(line_items=[{"price_data": {"currency": "usd", "product_data": {}}}]),
        terms(line_items={"quantity": 1}),
    ]
    assert [params for params in wrong if not violations_of_params(SessionCreateParams, params)] == []
    assert violations_of_params(RefundCreateParams, {"amount": True})
