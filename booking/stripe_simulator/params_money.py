"""The parameters of payments, refunds, disputes, events, customers and discounts that the simulator takes."""

from __future__ import annotations

from booking.stripe_simulator.params import clearable, flag, group, listed, metadata, need, number, one_of, text, whole
from booking.stripe_simulator.params_checkout import EXPAND, PAGE

REFUND_CREATE = group(
    "currency customer origin refund_application_fee reverse_transfer",
    amount=whole,
    charge=text,
    expand=EXPAND,
    instructions_email=text,
    metadata=clearable(metadata),
    payment_intent=text,
    reason=one_of("duplicate", "fraudulent", "requested_by_customer"),
)
INTENT = group("client_secret", expand=EXPAND)
ONLY_METADATA = group(expand=EXPAND, metadata=clearable(metadata))
REFUND_LIST = group(charge=text, payment_intent=text, **PAGE)

INTENT_LIST = group("customer_account", customer=text, **PAGE)
CHARGE_LIST = group("transfer_group", customer=text, payment_intent=text, **PAGE)
DISPUTE_LIST = group(charge=text, payment_intent=text, **PAGE)
WARNING_LIST = DISPUTE_LIST
TRANSACTION_LIST = group("payout", currency=text, source=text, type=text, **PAGE)
EVENT_LIST = group("delivery_success", type=text, types=listed(text), **PAGE)

EVIDENCE = group(
    "cancellation_policy cancellation_policy_disclosure cancellation_rebuttal customer_communication "
    "customer_purchase_ip "
    "customer_signature duplicate_charge_documentation duplicate_charge_explanation "
    "duplicate_charge_id enhanced_evidence "
    "receipt refund_policy refund_policy_disclosure refund_refusal_explanation service_documentation "
    "shipping_address "
    "shipping_carrier shipping_date shipping_documentation shipping_tracking_number uncategorized_file",
    access_activity_log=text,
    billing_address=text,
    customer_email_address=text,
    customer_name=text,
    product_description=text,
    service_date=text,
    uncategorized_text=text,
)
DISPUTE_UPDATE = group(evidence=EVIDENCE, expand=EXPAND, metadata=clearable(metadata), submit=flag)

TAX_ID_TYPES = (
    "ad_nrt ae_trn al_tin am_tin ao_tin ar_cuit au_abn au_arn aw_tin az_tin ba_tin bb_tin bd_bin bf_ifu bg_uic "
    "bh_vat bj_ifu bo_tin br_cnpj br_cpf bs_tin by_tin ca_bn ca_gst_hst ca_pst_bc ca_pst_mb ca_pst_sk ca_qst "
    "cd_nif ch_uid ch_vat cl_tin cm_niu cn_tin co_nit cr_tin cv_nif de_stn do_rcn ec_ruc eg_tin es_cif et_tin "
    "eu_oss_vat eu_vat fo_vat gb_vat ge_vat gi_tin gn_nif hk_br hr_oib hu_tin id_npwp il_vat in_gst is_vat it_cf "
    "jp_cn jp_rn jp_trn ke_pin kg_tin kh_tin kr_brn kz_bin la_tin li_uid li_vat lk_vat ma_vat md_vat me_pib "
    "mk_vat mr_nif mx_rfc my_frp my_itn my_sst ng_tin no_vat no_voec np_pan nz_gst om_vat pe_ruc ph_tin pl_nip "
    "py_ruc ro_tin rs_pib ru_inn ru_kpp sa_vat sg_gst sg_uen si_tin sn_ninea sr_fin sv_nit th_vat tj_tin tr_tin "
    "tw_vat tz_vat ua_vat ug_tin us_ein uy_ruc uz_tin uz_vat ve_rif vn_tin za_vat zm_tin zw_tin"
).split()

ADDRESS = group(city=text, country=text, line1=text, line2=text, postal_code=text, state=text)
CUSTOMER_UPDATE = group(
    "balance bank_account business_name card cash_balance default_alipay_account default_bank_account "
    "default_card default_source individual_name invoice_prefix invoice_settings next_invoice_sequence "
    "shipping source tax",
    address=clearable(ADDRESS),
    description=text,
    email=text,
    expand=EXPAND,
    metadata=clearable(metadata),
    name=text,
    phone=text,
    preferred_locales=listed(text),
    tax_exempt=clearable(one_of("exempt", "none", "reverse")),
)
CUSTOMER_CREATE = group(
    "business_name cash_balance individual_name invoice_prefix invoice_settings next_invoice_sequence "
    "shipping source tax "
    "balance payment_method test_clock",
    tax_id_data=listed(group(type=need(one_of(*TAX_ID_TYPES)), value=need(text))),
    **dict(CUSTOMER_UPDATE.fields),
)
CUSTOMER_LIST = group("test_clock", email=text, **PAGE)

COUPON_CREATE = group(
    "applies_to currency_options",
    amount_off=whole,
    currency=text,
    duration=one_of("forever", "once", "repeating"),
    duration_in_months=whole,
    expand=EXPAND,
    id=text,
    max_redemptions=whole,
    metadata=clearable(metadata),
    name=text,
    percent_off=number,
    redeem_by=whole,
)
COUPON_LIST = group(**PAGE)

PROMOTION_CREATE = group(
    "customer_account",
    active=flag,
    code=text,
    customer=text,
    expand=EXPAND,
    expires_at=whole,
    max_redemptions=whole,
    metadata=metadata,
    promotion=need(group(coupon=text, type=need(one_of("coupon")))),
    restrictions=group("currency_options first_time_transaction", minimum_amount=whole, minimum_amount_currency=text),
)
PROMOTION_UPDATE = group("restrictions", active=flag, expand=EXPAND, metadata=clearable(metadata))
PROMOTION_LIST = group("customer_account", active=flag, code=text, coupon=text, customer=text, **PAGE)
