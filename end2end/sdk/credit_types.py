"""Credit types, which the SDK calls pricing units."""


def calls(client, it):
    v1 = client.v1
    return {
        "pricing_units.list": lambda: list(v1.pricing_units.list()),
        "pricing_units.create": lambda: v1.pricing_units.create(name=f"Tokens {it.run}"),
        "pricing_units.archive": lambda: v1.pricing_units.archive(
            id=v1.pricing_units.create(name=f"Old tokens {it.run}").data.id),
    }
