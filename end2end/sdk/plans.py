"""Plans."""


def calls(client, it):
    v1 = client.v1
    return {
        "plans.list": lambda: list(v1.plans.list()),
        "plans.get_details": lambda: v1.plans.get_details(plan_id=it.plan),
        "plans.list_charges": lambda: list(v1.plans.list_charges(plan_id=it.plan)),
        "plans.list_customers": lambda: list(v1.plans.list_customers(plan_id=it.plan, status="all")),
    }
