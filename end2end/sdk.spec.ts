// Every call of Inlay by Metronome's TypeScript SDK; what comes back is held against /openapi.json.
import Metronome from "@metronome/sdk";
import { expect, test } from "@playwright/test";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { demoInfo } from "./setup";

type Schema = {
  $ref?: string;
  type?: string | string[];
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
};
type Operation = {
  "x-sdk"?: string;
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>;
};
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

const day = 24 * 60 * 60 * 1000;
const midnight = (offset: number) => new Date(Math.floor(Date.now() / day) * day + offset * day).toISOString();
const firstOfMonth = (offset: number) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1)).toISOString();
};

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
  const tried = await callAll(client, offered);
  expect(problems).toEqual([]);
  expect(offered.filter((name) => !tried.has(name))).toEqual([]);
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

/** Makes a company and does everything to it; answers the calls by their names in Python. */
async function callAll(client: Metronome, offered: string[]): Promise<Set<string>> {
  const tried = new Set<string>();
  const call = async <T>(name: string, answer: PromiseLike<T>): Promise<T> => {
    tried.add(name);
    return await answer;
  };
  const all = async <T>(name: string, list: AsyncIterable<T>): Promise<T[]> => {
    tried.add(name);
    const rows: T[] = [];
    for await (const row of list) rows.push(row);
    return rows;
  };
  /** Calls that a fresh draft is not made for: they are to be refused in a sentence. */
  const refused = async (name: string, answer: PromiseLike<unknown>) => {
    tried.add(name);
    await expect(Promise.resolve(answer)).rejects.toThrow(/[a-z]/);
  };
  const { v1 } = client;
  const own = (path: string, body: object) => client.post<{ data: { id: string } }>(path, { body });
  const alias = `sdk-${Date.now()}`;
  const usd = "2714e483-4ff1-48e4-9e25-ac732e8f24f2";

  const customer_id = (await call("customers.create", v1.customers.create({ name: "SDK", ingest_aliases: [alias] }))).data.id;
  const spare = (await v1.customers.create({ name: "Spare" })).data.id;
  const metric = await call(
    "billable_metrics.create",
    v1.billableMetrics.create({
      name: "Tokens",
      aggregation_type: "SUM",
      aggregation_key: "tokens",
      property_filters: [
        { name: "tokens", exists: true },
        { name: "region", exists: true },
      ],
      group_keys: [["region"]],
    }),
  );
  const billable_metric_id = metric.data.id;
  const charge = (product_id: string, rest: object) => ({ product_id, credit_type_id: usd, prices: [{ tier: 0, value: 2 }], ...rest });
  const product = (await own("/v1/products/create", { name: "LLM API" })).data.id;
  const setUp = (await own("/v1/products/create", { name: "Set-up" })).data.id;
  const plan = async (charges: object[]) =>
    (await own("/v1/plans/create", { name: "Pro", billing_frequency: "MONTHLY", charges })).data.id;
  const plan_id = await plan([charge(product, { name: "Tokens", charge_type: "usage", billable_metric_id })]);
  const extras = await plan([charge(setUp, { name: "Set-up", charge_type: "fixed", quantity: 1 })]);
  const trial_spec = { length_in_days: 10, spending_cap: { amount: 500, credit_type_id: usd } };
  const added = v1.customers.plans.add({ customer_id, plan_id, starting_on: firstOfMonth(-1), trial_spec });
  const customer_plan_id = (await call("customers.plans.add", added)).data.id;
  const event = { transaction_id: alias, event_type: "completion", timestamp: new Date().toISOString() };
  const properties = { tokens: "150.5", region: "eu" };
  await call("usage.ingest", v1.usage.ingest({ usage: [{ ...event, customer_id: alias, properties }] }));

  await all("customers.list", v1.customers.list({ limit: 50 }));
  await call("customers.retrieve", v1.customers.retrieve({ customer_id }));
  await call("customers.set_name", v1.customers.setName({ customer_id, name: "SDK Corporation" }));
  await call("customers.set_ingest_aliases", v1.customers.setIngestAliases({ customer_id, ingest_aliases: [alias, `${alias}-2`] }));
  await call("customers.archive", v1.customers.archive({ id: spare }));
  await all("customers.list_billable_metrics", v1.customers.listBillableMetrics({ customer_id }));
  await all("customers.plans.list", v1.customers.plans.list({ customer_id }));
  await all("customers.plans.list_price_adjustments", v1.customers.plans.listPriceAdjustments({ customer_id, customer_plan_id }));

  const range = { starting_on: midnight(-7), ending_before: midnight(1) };
  const usage = await all(
    "usage.list",
    v1.usage.list({
      ...range,
      window_size: "DAY",
      customer_ids: [customer_id],
      billable_metrics: [{ id: billable_metric_id, group_by: { key: "region" } }],
    }),
  );
  expect(usage.at(-1)?.value).toBe(150.5);
  const groups = { ...range, customer_id, billable_metric_id, window_size: "DAY", group_by: { key: "region" } } as const;
  expect(await all("usage.list_with_groups", v1.usage.listWithGroups(groups))).toHaveLength(1);
  expect(await call("usage.search", v1.usage.search({ transactionIds: [alias] }))).toHaveLength(1);

  const invoices = await all("customers.invoices.list", v1.customers.invoices.list({ customer_id, limit: 1 }));
  const draft = invoices.find((invoice) => invoice.status === "DRAFT")!;
  await call("customers.invoices.retrieve", v1.customers.invoices.retrieve({ customer_id, invoice_id: draft.id }));
  await all("customers.list_costs", v1.customers.listCosts({ customer_id, ...range }));
  const events = [{ event_type: "completion", timestamp: new Date().toISOString(), properties }];
  await call("customers.preview_events", v1.customers.previewEvents({ customer_id, events }));
  await call("customers.update_config", v1.customers.updateConfig({ customer_id, salesforce_account_id: "0015500001WO1Zi" }));
  if (offered.includes("customers.invoices.retrieve_pdf")) {
    const pdf = v1.customers.invoices.retrievePdf({ customer_id, invoice_id: draft.id });
    expect((await call("customers.invoices.retrieve_pdf", pdf)).headers.get("content-type")).toBe("application/pdf");
  }
  await all("customers.invoices.list_breakdowns", v1.customers.invoices.listBreakdowns({ customer_id, ...range }));
  const [extra] = await all("plans.list_charges", v1.plans.listCharges({ plan_id: extras }));
  await call(
    "customers.invoices.add_charge",
    v1.customers.invoices.addCharge({
      customer_id,
      customer_plan_id,
      charge_id: extra.id,
      description: "Set-up",
      price: 500,
      quantity: 1,
      invoice_start_timestamp: draft.start_timestamp!,
    }),
  );
  await refused("invoices.void", v1.invoices.void({ id: draft.id }));
  await refused("invoices.regenerate", v1.invoices.regenerate({ id: draft.id }));

  await all("plans.list", v1.plans.list());
  await call("plans.get_details", v1.plans.getDetails({ plan_id }));
  await all("plans.list_customers", v1.plans.listCustomers({ plan_id, status: "all" }));
  // The TypeScript SDK has no methods of its own for these three.
  const unit = await call("pricing_units.create", own("/v1/credit-types/create", { name: alias }));
  await call("pricing_units.archive", own("/v1/credit-types/archive", { id: unit.data.id }));
  const renamed = client.put(`/v1/billable-metrics/${billable_metric_id}`, { body: { name: "LLM tokens" } });
  await call("billable_metrics.update", renamed);
  await all("pricing_units.list", v1.pricingUnits.list());
  await all("billable_metrics.list", v1.billableMetrics.list());
  await call("billable_metrics.retrieve", v1.billableMetrics.retrieve({ billable_metric_id }));
  const old = await v1.billableMetrics.create({ name: "Old", aggregation_type: "COUNT" });
  await call("billable_metrics.archive", v1.billableMetrics.archive({ id: old.data.id }));
  await call("dashboards.get_embeddable_url", v1.dashboards.getEmbeddableURL({ customer_id, dashboard: "usage" }));
  const end = v1.customers.plans.end({ customer_id, customer_plan_id, ending_before: firstOfMonth(3) });
  await call("customers.plans.end", end);
  return tried;
}

/** Where an answer is not what the document says of its call. */
async function differences(document: Document, url: string, method = "get", response: Response): Promise<string[]> {
  const path = new URL(url).pathname;
  const fits = (template: string) => new RegExp(`^${template.replace(/\{[^}]+\}/g, "[^/]+")}$`).test(path);
  const template = document.paths[path] ? path : Object.keys(document.paths).find(fits);
  const operation = template && document.paths[template][method.toLowerCase()];
  if (!operation) return [`${method} ${path} is not in the document`];
  const schema = operation.responses["200"].content?.["application/json"]?.schema;
  if (!schema) return [];
  return check(document, schema, await response.json(), `${method} ${path}`);
}

function check(document: Document, schema: Schema, value: unknown, place: string): string[] {
  if (schema.$ref) {
    const name = schema.$ref.replace("#/components/schemas/", "");
    return check(document, document.components.schemas[name], value, place);
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const outcomes = choices.map((choice) => check(document, choice, value, place));
    return outcomes.some((problems) => problems.length === 0) ? [] : outcomes[0];
  }
  const types = schema.type === undefined ? [] : [schema.type].flat();
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  if (types.length && !types.some((type) => type === kind || (type === "integer" && Number.isInteger(value)))) {
    return [`${place} is ${kind}, not ${types.join(" or ")}`];
  }
  if (schema.const !== undefined && schema.const !== value) return [`${place} is not ${schema.const}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${place} is ${value}, not one of ${schema.enum}`];
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.flatMap((one, index) => check(document, items, one, `${place}[${index}]`)) : [];
  }
  if (kind !== "object") return [];
  const fields = value as Record<string, unknown>;
  const missing = (schema.required ?? []).filter((name) => !(name in fields));
  const rest = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  const wrong = Object.entries(fields).flatMap(([name, field]) => {
    const one = schema.properties?.[name] ?? rest;
    if (one) return check(document, one, field, `${place}.${name}`);
    return schema.properties ? [`${place}.${name} is not in the document`] : [];
  });
  return [...missing.map((name) => `${place}.${name} is missing`), ...wrong];
}
