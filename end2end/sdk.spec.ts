// Every call of Inlay by Metronome's SDKs, in a file of `sdk` for each group, named as the reference names the group.
// What comes back to the one in TypeScript is held against /openapi.json.
import Metronome from "@metronome/sdk";
import { expect, test } from "@playwright/test";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { differences, type Document } from "./sdk/answers";
import { tryAuditLog } from "./sdk/audit_log";
import { tryBillableMetrics } from "./sdk/billable_metrics";
import { makeCompany, type Company } from "./sdk/company";
import { tryCreditTypes } from "./sdk/credit_types";
import { tryCustomFields } from "./sdk/custom_fields";
import { tryCustomers } from "./sdk/customers";
import { tryDashboards } from "./sdk/dashboards";
import { tryInvoices } from "./sdk/invoices";
import { tryPlans } from "./sdk/plans";
import { tryPlansOfCustomers } from "./sdk/plans_of_customers";
import { tryUsage } from "./sdk/usage";
import { demoInfo } from "./setup";

/** What is tried of each group, in this order. */
const GROUPS: ((company: Company) => Promise<void>)[] = [
  tryCustomers,
  tryPlansOfCustomers,
  tryUsage,
  tryInvoices,
  tryPlans,
  tryCreditTypes,
  tryBillableMetrics,
  tryCustomFields,
  tryDashboards,
  tryAuditLog,
];

test("every call answers the TypeScript SDK as the reference says", async () => {
  const { url, api_token } = demoInfo();
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  const problems: string[] = [];
  const client = new Metronome({
    baseURL: url,
    bearerToken: api_token,
    maxRetries: 0,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (response.ok) problems.push(...(await differences(document, String(input), init?.method, response.clone())));
      return response;
    },
  });
  const offered = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).flatMap((operation) => operation["x-sdk"]?.replace("client.v1.", "") ?? []),
  );
  const company = await makeCompany(client);
  for (const tryGroup of GROUPS) await tryGroup(company);
  expect(problems).toEqual([]);
  expect(offered.filter((name) => !company.tries.names.has(name))).toEqual([]);
});

test("every call answers the Python SDK under strict validation", async () => {
  const python = process.env.SDK_PYTHON;
  if (!python) throw new Error("SDK_PYTHON must name a Python with metronome-sdk; `cargo xtask test` brings one");
  const { url, api_token } = demoInfo();
  const env = { ...process.env, INLAY_URL: url, INLAY_TOKEN: api_token };
  const { stdout } = await promisify(execFile)(python, ["-m", "sdk"], { env, cwd: import.meta.dirname });
  expect(stdout).toContain(" 0 failed");
});

test("a call that Inlay leaves out says so", async () => {
  const { url, api_token } = demoInfo();
  const client = new Metronome({ baseURL: url, bearerToken: api_token });
  const call = client.v1.contracts.list({ customer_id: "d7abd0cd-4ae9-4db7-8676-e986a4ebd8dc" });
  await expect(call).rejects.toThrow("not part of Inlay");
});
