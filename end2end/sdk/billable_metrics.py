"""Billable metrics."""


def calls(client, it):
    v1 = client.v1
    metric = lambda: v1.billable_metrics.create(name="To be archived", aggregation_type="COUNT").data.id
    return {
        "billable_metrics.create": lambda: metric(),
        "billable_metrics.list": lambda: list(v1.billable_metrics.list(include_archived=True)),
        "billable_metrics.retrieve": lambda: v1.billable_metrics.retrieve(billable_metric_id=it.metric),
        "billable_metrics.update": lambda: v1.billable_metrics.update(billable_metric_id=it.metric, name="LLM tokens"),
        "billable_metrics.archive": lambda: v1.billable_metrics.archive(id=metric()),
    }
