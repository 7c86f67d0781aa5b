"""What the calls are about: a company of its own for each run."""

import secrets
from datetime import datetime, timedelta, timezone

from tryout import USD_CENTS

NOW = datetime.now(timezone.utc).replace(microsecond=0)
TODAY = NOW.replace(hour=0, minute=0, second=0)
MONTH = TODAY.replace(day=1)


def month(offset):
    """The first of a month, so many from this one."""
    months = MONTH.year * 12 + MONTH.month - 1 + offset
    return MONTH.replace(year=months // 12, month=months % 12 + 1)


class Company:
    """A customer with a plan, usage, and invoices of past months."""

    def __init__(self, client):
        self.client, v1, run = client, client.v1, secrets.token_hex(4)
        self.run = run
        self.customer = v1.customers.create(
            name="SDK", ingest_aliases=[f"sdk-{run}"], custom_fields={}).data.id
        self.metric = v1.billable_metrics.create(
            name="Tokens", aggregation_type="SUM", aggregation_key="tokens",
            event_type_filter={"in_values": ["completion"]},
            property_filters=[{"name": "tokens", "exists": True}, {"name": "region", "exists": True}],
            group_keys=[["region"]]).data.id
        own = lambda path, body: client.post(path, cast_to=object, body=body)["data"]["id"]
        self.product = own("/v1/products/create", {"name": "LLM API"})
        self.plan = own("/v1/plans/create", {
            "name": "Pro", "billing_frequency": "MONTHLY", "charges": [
                {"product_id": self.product, "name": "Tokens", "charge_type": "usage", "credit_type_id": USD_CENTS,
                 "billable_metric_id": self.metric, "prices": [{"tier": 0, "value": 2}, {"tier": 100, "value": 1}]},
                {"product_id": self.product, "name": "Seats", "charge_type": "fixed", "credit_type_id": USD_CENTS,
                 "quantity": 3, "prices": [{"tier": 0, "value": 1000}]},
            ]})
        set_up = own("/v1/products/create", {"name": "Set-up"})
        self.extras = own("/v1/plans/create", {"name": "Extras", "billing_frequency": "MONTHLY", "charges": [
            {"product_id": set_up, "name": "Set-up", "charge_type": "fixed", "credit_type_id": USD_CENTS, "quantity": 1,
             "prices": [{"tier": 0, "value": 500}]},
        ]})
        self.customer_plan = v1.customers.plans.add(
            customer_id=self.customer, plan_id=self.plan, starting_on=month(-2), trial_spec={
                "length_in_days": 10, "spending_cap": {"amount": 500, "credit_type_id": USD_CENTS}}).data.id
        self.event = f"sdk-{run}"
        v1.usage.ingest(usage=[{
            "transaction_id": self.event, "customer_id": f"sdk-{run}", "event_type": "completion",
            "timestamp": (NOW - timedelta(minutes=1)).isoformat(), "properties": {"tokens": "150.5", "region": "eu"},
        }])
        # The days and an event that calls are tried with.
        self.week = {"starting_on": TODAY - timedelta(days=7), "ending_before": TODAY + timedelta(days=1)}
        self.new_event = {
            "transaction_id": f"preview-{run}", "event_type": "completion", "timestamp": NOW.isoformat(),
            "properties": {"tokens": "10", "region": "us"},
        }

    def draft(self):
        return next(iter(self.client.v1.customers.invoices.list(customer_id=self.customer, status="DRAFT")))

    def extra(self):
        """A fixed charge of a product that the customer's plan does not have."""
        return next(iter(self.client.v1.plans.list_charges(plan_id=self.extras)))

    def spare(self):
        """Another customer, who is on no plan."""
        return self.client.v1.customers.create(name="To be archived").data.id
