"""Drives every call of Inlay by Metronome's Python SDK, with strict validation of what it answers: `python -m sdk`.

    INLAY_URL, INLAY_TOKEN   a running server; else INLAY_BIN is started on a temporary data directory

Which calls there are is read from /openapi.json: one that is not tried here fails the run. They are in a file for each
group, named as the reference names the group. `pip install metronome-sdk`.
"""

import json
import os
import sys
import urllib.request
from contextlib import ExitStack

import metronome
from metronome import Metronome, NotFoundError

from tryout import start_server

from . import (
    audit_log,
    billable_metrics,
    credit_types,
    custom_fields,
    customers,
    dashboards,
    invoices,
    plans,
    plans_of_customers,
    server,
    usage,
)
from .company import Company

GROUPS = [
    customers,
    plans_of_customers,
    invoices,
    billable_metrics,
    usage,
    plans,
    credit_types,
    dashboards,
    custom_fields,
    audit_log,
    server,
]


def calls(client, it):
    """Each call by its name in the SDK; lists are walked to their end."""
    return {name: call for group in GROUPS for name, call in group.calls(client, it).items()}


def main() -> int:
    with ExitStack() as cleanup:
        url, token = os.environ.get("INLAY_URL"), os.environ.get("INLAY_TOKEN")
        if not (url and token):
            url, token = start_server(cleanup)
        client = Metronome(base_url=url, bearer_token=token, _strict_response_validation=True)
        with urllib.request.urlopen(f"{url}/openapi.json") as answer:
            document = json.load(answer)
        operations = [operation for path in document["paths"].values() for operation in path.values()]
        offered = sorted(one["x-sdk"].removeprefix("client.v1.") for one in operations if "x-sdk" in one)
        known = calls(client, Company(client))
        failed = [f"{name}: not tried here" for name in offered if name not in known]
        order = [name for name in known if name in offered]
        for name in order:
            try:
                known[name]()
            except Exception as error:  # whatever it is, the other calls are tried too
                failed.append(f"{name}: {type(error).__name__}: {error}")
        try:
            client.v1.contracts.list(customer_id="d7abd0cd-4ae9-4db7-8676-e986a4ebd8dc")
            failed.append("contracts.list: answered, though it is not part of Inlay")
        except NotFoundError as error:
            if "is not part of Inlay" not in error.body["message"]:
                failed.append(f"contracts.list: {error.body}")
        for line in failed:
            print("FAILED", line)
        print(f"metronome-sdk {metronome.__version__}, strict: {len(order)} calls of Inlay's {len(offered)}, "
              f"{len(failed)} failed")
        return 1 if failed or not order else 0


if __name__ == "__main__":
    sys.exit(main())
