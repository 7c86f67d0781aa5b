"""Custom fields: keys are declared first and removed last."""


def calls(client, it):
    v1 = client.v1
    return {
        "custom_fields.add_key": lambda: v1.custom_fields.add_key(
            entity="customer", key=f"key_{it.run}", enforce_uniqueness=False),
        "custom_fields.list_keys": lambda: v1.custom_fields.list_keys(),
        "custom_fields.set_values": lambda: v1.custom_fields.set_values(
            entity="customer", entity_id=it.customer, custom_fields={f"key_{it.run}": "1"}),
        "custom_fields.delete_values": lambda: v1.custom_fields.delete_values(
            entity="customer", entity_id=it.customer, keys=[f"key_{it.run}"]),
        "custom_fields.remove_key": lambda: v1.custom_fields.remove_key(entity="customer", key=f"key_{it.run}"),
    }
