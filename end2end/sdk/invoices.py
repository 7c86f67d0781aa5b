"""Invoices."""

from .company import MONTH
from .refusal import refused


def calls(client, it):
    v1 = client.v1
    return {
        "customers.invoices.list": lambda: list(v1.customers.invoices.list(customer_id=it.customer, limit=1)),
        "customers.invoices.retrieve": lambda: v1.customers.invoices.retrieve(
            customer_id=it.customer, invoice_id=it.draft().id),
        "customers.invoices.retrieve_pdf": lambda: v1.customers.invoices.retrieve_pdf(
            customer_id=it.customer, invoice_id=it.draft().id),
        "customers.invoices.list_breakdowns": lambda: list(v1.customers.invoices.list_breakdowns(
            customer_id=it.customer, window_size="DAY", **it.week)),
        "customers.invoices.add_charge": lambda: v1.customers.invoices.add_charge(
            customer_id=it.customer, customer_plan_id=it.customer_plan, charge_id=it.extra().id, description="Set-up",
            price=500, quantity=1, invoice_start_timestamp=MONTH),
        "invoices.void": lambda: refused(lambda: v1.invoices.void(id=it.draft().id)),
        "invoices.regenerate": lambda: refused(lambda: v1.invoices.regenerate(id=it.draft().id)),
    }
