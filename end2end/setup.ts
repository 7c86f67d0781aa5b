// Starts `$INLAY_BIN demo` on free ports with a data folder of its own, and stops it after the last spec.
// With INLAY_URL set, a server that already runs is tested instead.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";

/** What the demo says about itself, by way of INLAY_DEMO_INFO. */
export type DemoInfo = {
  url: string;
  portal_url: string;
  api_token: string;
  customers: Record<string, string>;
};

/** What the demo under test said about itself. */
export function demoInfo(): DemoInfo {
  const file = process.env.DEMO_INFO;
  if (!file) throw new Error("the demo has not been started: run through `cargo xtask test` or `npx playwright test`");
  return JSON.parse(readFileSync(file, "utf8"));
}

export default async function setup() {
  if (process.env.DEMO_INFO) return;
  const program = process.env.INLAY_BIN;
  if (!program) throw new Error("INLAY_BIN must name the inlay binary; `cargo xtask test` sets it");

  // The private Postgres may run as another user, who must be able to reach its folder.
  const folder = mkdtempSync(join(tmpdir(), "inlay-e2e-"));
  chmodSync(folder, 0o755);
  const info = join(folder, "demo.json");
  const log = join(folder, "inlay.log");
  const [port, portalPort] = [await freePort(), await freePort()];
  const output = openSync(log, "w");
  const signingKey = randomBytes(32).toString("base64");
  // Unknown INLAY_ names stop the server, so those of the suite are not passed on; which Postgres to run is.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("INLAY_") || name.startsWith("INLAY_POSTGRES_"),
  );
  const server = spawn(program, ["demo"], {
    env: {
      ...Object.fromEntries(inherited),
      INLAY_DATA_DIR: join(folder, "data"),
      INLAY_LISTEN: `127.0.0.1:${port}`,
      INLAY_PORTAL_LISTEN: `127.0.0.1:${portalPort}`,
      INLAY_DEMO_INFO: info,
      // Known to the suite, which makes a link that expired long ago.
      INLAY_SIGNING_KEYS: `suite:${signingKey}`,
    },
    stdio: ["ignore", output, output],
  });
  const ended = once(server, "exit");
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill("SIGTERM");
      const giveUp = setTimeout(() => server.kill("SIGKILL"), 15_000);
      await ended;
      clearTimeout(giveUp);
    }
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    await ready(`http://127.0.0.1:${port}/readyz`, info, () => server.exitCode === null && server.signalCode === null);
  } catch (error) {
    const said = readFileSync(log, "utf8").split("\n").slice(-40).join("\n");
    await stop();
    throw new Error(`the demo did not start: ${error}\n${said}`);
  }
  // Workers are started later and inherit this.
  process.env.DEMO_INFO = info;
  process.env.DEMO_SIGNING_KEY = signingKey;
  return stop;
}

async function ready(url: string, info: string, alive: () => boolean) {
  // A debug build makes 100 days of usage here.
  const deadline = Date.now() + 240_000;
  let last: unknown = "no answer";
  while (Date.now() < deadline) {
    if (!alive()) throw new Error("it ended");
    try {
      const response = await fetch(url);
      if (response.ok && existsSync(info)) return;
      last = response.ok ? "ready, but INLAY_DEMO_INFO was not written" : `${url} answers ${response.status}`;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`not ready in time: ${last}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
