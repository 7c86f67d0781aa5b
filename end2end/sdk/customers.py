"""Customers."""


def calls(client, it):
    v1 = client.v1
    return {
        "customers.create": lambda: v1.customers.create(name="Acme"),
        "customers.list": lambda: list(v1.customers.list(limit=100)),
        "customers.retrieve": lambda: v1.customers.retrieve(customer_id=it.customer),
        "customers.set_name": lambda: v1.customers.set_name(customer_id=it.customer, name="SDK Corporation"),
        "customers.set_ingest_aliases": lambda: v1.customers.set_ingest_aliases(
            customer_id=it.customer, ingest_aliases=[f"sdk-{it.run}", f"sdk-{it.run}-2"]),
        "customers.archive": lambda: v1.customers.archive(id=it.spare()),
        "customers.list_billable_metrics": lambda: list(v1.customers.list_billable_metrics(customer_id=it.customer)),
        "customers.list_costs": lambda: list(v1.customers.list_costs(customer_id=it.customer, **it.week)),
        "customers.preview_events": lambda: v1.customers.preview_events(
            customer_id=it.customer, events=[{"event_type": "completion", "properties": it.new_event["properties"]}]),
        "customers.update_config": lambda: v1.customers.update_config(
            customer_id=it.customer, salesforce_account_id="0015500001WO1Zi"),
    }
