"""Plans of customers."""

from .company import MONTH, month


def calls(client, it):
    v1 = client.v1
    return {
        "customers.plans.list": lambda: list(v1.customers.plans.list(customer_id=it.customer)),
        "customers.plans.add": lambda: v1.customers.plans.add(
            customer_id=it.spare(), plan_id=it.plan, starting_on=MONTH),
        "customers.plans.end": lambda: v1.customers.plans.end(
            customer_id=it.customer, customer_plan_id=it.customer_plan, ending_before=month(3)),
        "customers.plans.list_price_adjustments": lambda: list(v1.customers.plans.list_price_adjustments(
            customer_id=it.customer, customer_plan_id=it.customer_plan)),
    }
