"""Sends one real hour of an LLM service through Inlay with Metronome's official SDK and checks every digit.

    INLAY_TRYOUT_CSV  the trace: TIMESTAMP,ContextTokens,GeneratedTokens; skipped with a message when it is not there
    INLAY_BIN         the finished binary; a server of its own is started on a temporary data directory
    INLAY_URL, INLAY_TOKEN   a running server instead
    CHROMIUM          the browser; without it the page is read without one, and the output says so

Needs `pip install metronome-sdk`; `cargo xtask tryout` does that and sets the variables.
"""

import base64
import csv
import html
import os
import pathlib
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from decimal import Decimal

EXPECTED = {"Requests": 8_819, "Input tokens": 18_059_974, "Output tokens": 245_896}
BATCH = 100
CONCURRENCY = 8
USD_CENTS = "2714e483-4ff1-48e4-9e25-ac732e8f24f2"


def main() -> int:
    trace = os.environ.get("INLAY_TRYOUT_CSV", "")
    if not trace or not pathlib.Path(trace).is_file():
        print("tryout skipped: INLAY_TRYOUT_CSV names no file (the trace is not part of the project)")
        return 0
    try:
        from metronome import Metronome
    except ImportError:
        print("tryout: the official SDK is missing: pip install metronome-sdk")
        return 2

    with ExitStack() as cleanup:
        url, token = os.environ.get("INLAY_URL"), os.environ.get("INLAY_TOKEN")
        if not (url and token):
            url, token = start_server(cleanup)
        # Base URL and token are all that differs from a program that talks to the vendor.
        client = Metronome(base_url=url, bearer_token=token)
        return try_out(client, read_trace(trace))


def try_out(client, rows) -> int:
    customer, metrics = set_up(client, rows[0][0])
    seconds, sent = ingest(client, customer, rows)
    print(f"ingested {sent:,} events ({sent - len(rows):,} of them twice) in {seconds:.2f} s: "
          f"{sent / seconds:,.0f} events per second in batches of {BATCH}, {CONCURRENCY} at a time")

    found = {
        "usage": read_usage(client, customer, metrics, rows),
        "draft invoice": read_invoices(client, customer),
        "usage page": read_page(client, customer, "usage"),
        "invoices page": read_page(client, customer, "invoices"),
    }
    print(f"{'':16}" + "".join(f"{name:>16}" for name in EXPECTED))
    print(f"{'expected':16}" + "".join(f"{value:>16,}" for value in EXPECTED.values()))
    wrong = 0
    for where, figures in found.items():
        cells = [figures.get(name) for name in EXPECTED]
        good = cells == list(EXPECTED.values())
        wrong += not good
        line = "".join(f"{'-' if cell is None else format(cell, ','):>16}" for cell in cells)
        print(f"{where:16}{line}  {'equal' if good else 'DIFFERENT'}")
    print("tryout: all figures are equal to the last digit" if not wrong else f"tryout: {wrong} of {len(found)} differ")
    return 1 if wrong else 0


def read_trace(path):
    """(time, input tokens, output tokens) of every row, shifted so that the last one happened just now."""
    with open(path, newline="") as file:
        rows = [
            (datetime.fromisoformat(row["TIMESTAMP"][:26]).replace(tzinfo=timezone.utc),
             int(row["ContextTokens"]), int(row["GeneratedTokens"]))
            for row in csv.DictReader(file)
        ]
    shift = datetime.now(timezone.utc) - timedelta(seconds=1) - max(row[0] for row in rows)
    return [(at + shift, tokens_in, tokens_out) for at, tokens_in, tokens_out in rows]


def set_up(client, first_event):
    """A customer on a plan that has a charge for each of three metrics."""
    run = secrets.token_hex(4)
    customer = client.v1.customers.create(name="Tryout", ingest_aliases=[f"tryout-{run}"]).data.id
    llm = {"event_type_filter": {"in_values": ["llm_request"]}}
    create = client.v1.billable_metrics.create
    metrics = {
        "Requests": create(name="Requests", aggregation_type="COUNT", **llm).data.id,
        "Input tokens": create(name="Input tokens", aggregation_type="SUM", aggregation_key="input_tokens",
                               property_filters=[{"name": "input_tokens", "exists": True}], **llm).data.id,
        "Output tokens": create(name="Output tokens", aggregation_type="SUM", aggregation_key="output_tokens",
                                property_filters=[{"name": "output_tokens", "exists": True}], **llm).data.id,
    }
    product = client.post("/v1/products/create", cast_to=object, body={"name": "LLM API"})["data"]["id"]
    charge = lambda name, price: {
        "product_id": product, "name": name, "charge_type": "usage", "billable_metric_id": metrics[name],
        "credit_type_id": USD_CENTS, "prices": [{"tier": 0, "value": price}],
    }
    plan = client.post("/v1/plans/create", cast_to=object, body={
        "name": "Tryout", "billing_frequency": "MONTHLY",
        "charges": [charge("Requests", 0.01), charge("Input tokens", 0.0003), charge("Output tokens", 0.0012)],
    })["data"]["id"]
    # From the first of the month of the first event: an hour across midnight or month end stays covered.
    start = first_event.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    client.v1.customers.plans.add(customer_id=customer, plan_id=plan, starting_on=start)
    return customer, metrics


def ingest(client, customer, rows):
    """Sends every row, and every tenth a second time while the others are still on their way."""
    events = [{
        "transaction_id": f"{customer}-{number}", "customer_id": customer, "event_type": "llm_request",
        "timestamp": at.isoformat(),
        "properties": {"model": "code", "input_tokens": tokens_in, "output_tokens": tokens_out},
    } for number, (at, tokens_in, tokens_out) in enumerate(rows)]
    again = events[::10]
    batches = [some[at:at + BATCH] for some in (events, again) for at in range(0, len(some), BATCH)]
    batches.sort(key=lambda batch: batch[0]["timestamp"])
    started = time.monotonic()
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(lambda batch: client.v1.usage.ingest(usage=batch), batches))
    return time.monotonic() - started, len(events) + len(again)


def read_usage(client, customer, metrics, rows):
    """The sums by `POST /v1/usage`, over the one or two days that the hour touches."""
    start = rows[0][0].replace(hour=0, minute=0, second=0, microsecond=0)
    end = rows[-1][0].replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    names = {metric: name for name, metric in metrics.items()}
    found = Counter()
    for row in client.v1.usage.list(customer_ids=[customer], starting_on=start, ending_before=end, window_size="DAY",
                                    billable_metrics=[{"id": metric} for metric in names]):
        if row.value is not None:
            found[names[row.billable_metric_id]] += exact(row.value)
    return found


def read_invoices(client, customer):
    """Quantities by charge over all invoices: one draft, or two when the hour crosses the end of a month."""
    found, drafts = Counter(), 0
    for invoice in client.v1.customers.invoices.list(customer_id=customer, limit=100):
        drafts += invoice.status == "DRAFT"
        for line in invoice.line_items:
            for sub_line in line.sub_line_items or []:
                found[sub_line.name] += exact(sub_line.quantity)
    if drafts != 1:
        print(f"note: {drafts} drafts; the hour crosses the end of a month, their quantities are added")
    return found


def read_page(client, customer, dashboard):
    """Which of the expected figures a reader sees in the embedded dashboard, as printed for people."""
    url = client.v1.dashboards.get_embeddable_url(customer_id=customer, dashboard=dashboard).data.url
    text = visible_text(open_page(url))
    return {name: value for name, value in EXPECTED.items() if re.search(rf"(?<![\d,.]){value:,}(?![\d,]|\.\d)", text)}


def open_page(url):
    browser = os.environ.get("CHROMIUM")
    if not browser:
        print("note: CHROMIUM is not set, the page is read without a browser")
        return urllib.request.urlopen(url, timeout=30).read().decode()
    # By Playwright, which the browser suite has installed here: `--dump-dom` hangs in some builds of Chromium.
    script = """
      import { chromium } from "@playwright/test";
      const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
      const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
      const page = await browser.newPage();
      await page.goto(process.env.PAGE_URL);
      await page.locator("html[data-hydrated]").waitFor();
      console.log(await page.content());
      await browser.close();
    """
    done = subprocess.run(["node", "--input-type=module", "-e", script], cwd=pathlib.Path(__file__).parent,
                          env=os.environ | {"PAGE_URL": url}, capture_output=True, text=True, timeout=120)
    if done.returncode:
        sys.exit(f"tryout: the browser did not show the page:\n{done.stderr[-2000:]}")
    return done.stdout


def visible_text(page):
    """The text of a document: no scripts, no attributes (the islands' props hold every figure as well)."""
    body = re.sub(r"(?is)<(script|style|template)\b.*?</\1>", " ", page)
    return html.unescape(re.sub(r"(?s)<[^>]*>", " ", body))


def exact(number):
    whole = Decimal(str(number))
    return int(whole) if whole == whole.to_integral_value() else whole


def start_server(cleanup):
    """Inlay on a free port with a data directory and a signing key of its own; gone afterwards."""
    binary = os.environ.get("INLAY_BIN")
    if not binary:
        sys.exit("tryout: set INLAY_BIN to the finished binary, or INLAY_URL and INLAY_TOKEN to a running server")
    home = cleanup.enter_context(tempfile.TemporaryDirectory(prefix="inlay-tryout-", ignore_cleanup_errors=True))
    os.chmod(home, 0o755)  # as root, the private Postgres runs as another user
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    env = {name: value for name, value in os.environ.items()
           if name.startswith("INLAY_POSTGRES_") or not name.startswith("INLAY_") and name != "DATABASE_URL"}
    env |= {
        "INLAY_DATA_DIR": f"{home}/data", "INLAY_LISTEN": listen, "INLAY_PUBLIC_URL": f"http://{listen}",
        "INLAY_SIGNING_KEYS": "tryout:" + base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    log = cleanup.enter_context(open(f"{home}/log", "w+"))
    server = subprocess.Popen([binary, "serve"], env=env, stdout=log, stderr=log)
    cleanup.callback(stop, server)
    deadline = time.monotonic() + 60
    while not is_ready(f"http://{listen}/readyz"):
        if server.poll() is not None or time.monotonic() > deadline:
            log.seek(0)
            sys.exit(f"tryout: the server did not start:\n{log.read()}")
        time.sleep(0.1)
    made = subprocess.run([binary, "token", "create", "--name", "tryout", "--scope", "write"],
                          env=env, capture_output=True, text=True)
    token = re.search(r"inlay_[0-9A-Za-z]{65}", made.stdout + made.stderr)
    if not token:
        sys.exit(f"tryout: no API token:\n{made.stdout}{made.stderr}")
    return f"http://{listen}", token.group()


def is_ready(url):
    try:
        return urllib.request.urlopen(url, timeout=2).status == 200
    except OSError:
        return False


def stop(server):
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


if __name__ == "__main__":
    sys.exit(main())
