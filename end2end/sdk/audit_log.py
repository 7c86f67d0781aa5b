"""The audit log, which is walked until a page is empty."""


def calls(client, it):
    v1 = client.v1
    return {
        "audit_logs.list": lambda: list(
            v1.audit_logs.list(resource_type="customer", resource_id=it.customer, limit=2, sort="date_asc")),
    }
