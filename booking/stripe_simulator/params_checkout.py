"""The parameters of Checkout Sessions that the simulator takes, as of API version 2026-10-28.endive."""

from __future__ import annotations

from booking.stripe_simulator.params import (
    Param,
    clearable,
    flag,
    group,
    listed,
    metadata,
    need,
    one_of,
    text,
    whole,
)

PAYMENT_METHODS = (
    "acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact "
    "billie bizum blik boleto "
    "card cashapp crypto customer_balance eps fpx giropay grabpay ideal kakao_pay klarna konbini "
    "kr_card mb_way mobilepay "
    "multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow paypal payto pix "
    "promptpay revolut_pay samsung_pay "
    "satispay scalapay sepa_debit sofort sunbit swish twint upi us_bank_account wechat_pay zip"
)
LOCALES = (
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl "
    "pt pt-BR ro ru sk sl sv th "
    "tr vi zh zh-HK zh-TW"
)

method = one_of(*PAYMENT_METHODS.split())
allowed_method = one_of(*sorted([*PAYMENT_METHODS.split(), "link"]))

EXPAND = listed(text)
SPAN = Param("span", fields={"gt": whole, "gte": whole, "lt": whole, "lte": whole})
PAGE = {"limit": whole, "starting_after": text, "ending_before": text, "expand": EXPAND, "created": SPAN}
"""What every list takes."""

ONLY_EXPAND = group(expand=EXPAND)
MESSAGE = clearable(group(message=need(text)))

PRODUCT_DATA = group("images", name=need(text), description=text, metadata=metadata, tax_code=text, unit_label=text)
PRICE_DATA = group(
    "recurring unit_amount_decimal",
    currency=need(text),
    product=text,
    product_data=PRODUCT_DATA,
    tax_behavior=one_of("exclusive", "inclusive", "unspecified"),
    unit_amount=whole,
)
LINE_ITEM = group(
    "adjustable_quantity dynamic_tax_rates price tax_rates",
    metadata=metadata,
    price_data=PRICE_DATA,
    quantity=whole,
)
INVOICE_DATA = group(
    "account_tax_ids issuer rendering_options",
    custom_fields=clearable(listed(group(name=need(text), value=need(text)))),
    description=text,
    footer=text,
    metadata=metadata,
)
INTENT_DATA = group(
    "application_fee_amount capture_method on_behalf_of setup_future_usage shipping transfer_data transfer_group",
    description=text,
    metadata=metadata,
    receipt_email=text,
    statement_descriptor=text,
    statement_descriptor_suffix=text,
)

CREATE = group(
    "after_expiration branding_settings consent_collection custom_fields customer_account "
    "integration_identifier managed_payments "
    "name_collection optional_items origin_context payment_method_configuration payment_method_data permissions "
    "payment_method_options redirect_on_completion return_url saved_payment_method_options setup_intent_data "
    "shipping_address_collection shipping_options subscription_data wallet_options",
    adaptive_pricing=group(enabled=flag),
    allow_promotion_codes=flag,
    allowed_payment_method_types=listed(allowed_method),
    automatic_tax=group("liability", enabled=need(flag)),
    billing_address_collection=one_of("auto", "required"),
    cancel_url=text,
    client_reference_id=text,
    currency=text,
    custom_text=group("shipping_address", after_submit=MESSAGE, submit=MESSAGE, terms_of_service_acceptance=MESSAGE),
    customer=text,
    customer_creation=one_of("always", "if_required"),
    customer_email=text,
    customer_update=group(
        address=one_of("auto", "never"), name=one_of("auto", "never"), shipping=one_of("auto", "never")
    ),
    discounts=listed(group(coupon=text, promotion_code=text)),
    excluded_payment_method_types=listed(method),
    expand=EXPAND,
    expires_at=whole,
    invoice_creation=group(enabled=need(flag), invoice_data=INVOICE_DATA),
    line_items=listed(LINE_ITEM),
    locale=one_of(*LOCALES.split()),
    metadata=metadata,
    mode=one_of("payment", "setup", "subscription"),
    payment_intent_data=INTENT_DATA,
    payment_method_collection=one_of("always", "if_required"),
    phone_number_collection=group(enabled=need(flag)),
    submit_type=one_of("auto", "book", "donate", "pay", "subscribe"),
    success_url=text,
    tax_id_collection=group(enabled=need(flag), required=one_of("if_supported", "never")),
    ui_mode=one_of("elements", "embedded_page", "hosted_page"),
)

UPDATE = group("collected_information line_items shipping_options", expand=EXPAND, metadata=clearable(metadata))

LIST = group(
    "customer_account payment_link subscription",
    customer=text,
    customer_details=group(email=need(text)),
    payment_intent=text,
    status=one_of("complete", "expired", "open"),
    **PAGE,
)
LINE_ITEMS = group(limit=whole, starting_after=text, ending_before=text, expand=EXPAND)
