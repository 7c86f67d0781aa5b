// The examples of the README's section "Call it", run as they stand.
import { expect, test } from "@playwright/test";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { demoInfo } from "./setup";

const run = promisify(execFile);

/** The block of this language in the section. */
function block(language: string): string {
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  const section = readme.split("\n## Call it\n")[1].split("\n## ")[0];
  const blocks = [...section.matchAll(/```(\w+)\n([^]*?)```/g)].filter(([, name]) => name === language);
  expect(blocks, `one ${language} example in the section`).toHaveLength(1);
  const [[, , code]] = blocks;
  expect(code.trim().split("\n").length, "ten lines or so").toBeLessThanOrEqual(12);
  return code;
}

/** Runs it with the demo's address and token; what it printed. */
async function output(program: string, args: string[]): Promise<string> {
  const { url, api_token } = demoInfo();
  const env = { ...process.env, INLAY_URL: url, INLAY_TOKEN: api_token };
  const { stdout } = await run(program, args, { env, cwd: import.meta.dirname });
  return stdout;
}

test("by curl", async () => {
  const lines = (await output("bash", ["-euc", block("sh")])).trim().split("\n").filter(Boolean);
  const [made, metric, listed, events] = lines.map((line) => JSON.parse(line));
  expect(made.data.ingest_aliases).toEqual(["acme"]);
  expect(metric.data.id).toBeTruthy();
  expect(listed.data[0].id).toBe(made.data.id);
  expect(events[0].matched_customer.id).toBe(made.data.id);
});

test("by the Python SDK", async () => {
  const python = process.env.SDK_PYTHON;
  if (!python) throw new Error("SDK_PYTHON must name a Python with metronome-sdk; `cargo xtask test` brings one");
  expect(await output(python, ["-c", block("python")])).toContain("/embed/usage?token=");
});

test("by the TypeScript SDK", async () => {
  const folder = join(import.meta.dirname, "test-results");
  mkdirSync(folder, { recursive: true });
  // Below node_modules' own folder, so that the SDK is found.
  const file = join(folder, "readme.mjs");
  writeFileSync(file, block("ts"));
  expect(await output("node", [file])).toContain("/embed/usage?token=");
});
