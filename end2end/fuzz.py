"""Sends Inlay thousands of requests that /openapi.json makes up, right and wrong ones, with every check of schemathesis.

    INLAY_URL, INLAY_TOKEN   a running server; else INLAY_BIN is started on a temporary data directory
    FUZZ_CASES               test cases an operation and phase at most, 300 unless said

Needs `pip install schemathesis` in the Python that runs this, and takes some minutes. It fails for any answer of 500 and
more, for answers that are not what the document says, and for nonsense that is taken.
"""

import os
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack

from tryout import start_server

# Sentences that a schema cannot say ("there is no plan of this id", "must be at midnight UTC") are 400s of good form.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "409"]
"""


def main() -> int:
    with ExitStack() as cleanup:
        url, token = os.environ.get("INLAY_URL"), os.environ.get("INLAY_TOKEN")
        if not (url and token):
            url, token = start_server(cleanup)
        folder = cleanup.enter_context(tempfile.TemporaryDirectory(prefix="inlay-fuzz-"))
        with open(f"{folder}/schemathesis.toml", "w") as file:
            file.write(CONFIG)
        command = [
            sys.executable, "-m", "schemathesis.cli", "--config-file", f"{folder}/schemathesis.toml",
            "run", f"{url}/openapi.json", "--checks", "all", "--mode", "all", "--phases", "examples,coverage,fuzzing",
            "--max-examples", os.environ.get("FUZZ_CASES", "300"), "--workers", "2", "--continue-on-failure",
            "--header", f"Authorization: Bearer {token}", "--no-color",
        ]
        command += sys.argv[1:]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        print(done.stdout.replace(token, "<token>"))
        print(done.stderr, file=sys.stderr)
        count = re.search(r"^ *([\d,]+) generated", done.stdout, re.M)
        broken = len(re.findall(r"\[5\d\d\]", done.stdout))
        print(f"{count.group(1) if count else 'no'} requests, {broken} answered by 500 or more")
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
