"""Dashboards."""


def calls(client, it):
    v1 = client.v1
    return {
        "dashboards.get_embeddable_url": lambda: v1.dashboards.get_embeddable_url(
            customer_id=it.customer, dashboard="invoices"),
    }
