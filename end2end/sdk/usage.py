"""Events and usage."""


def calls(client, it):
    v1 = client.v1
    return {
        "usage.ingest": lambda: v1.usage.ingest(usage=[it.new_event | {"customer_id": it.customer}]),
        "usage.search": lambda: v1.usage.search(transaction_ids=[it.event]),
        "usage.list": lambda: list(v1.usage.list(
            window_size="DAY", **it.week, customer_ids=[it.customer],
            billable_metrics=[{"id": it.metric, "group_by": {"key": "region"}}])),
        "usage.list_with_groups": lambda: list(v1.usage.list_with_groups(
            customer_id=it.customer, billable_metric_id=it.metric, window_size="DAY", **it.week,
            group_by={"key": "region"})),
    }
