"""The server itself."""


def calls(client, it):
    v1 = client.v1
    return {
        "services.list": lambda: v1.services.list(),
    }
