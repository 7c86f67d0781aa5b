// What the calls are about: a company of its own for each run.
import Metronome from "@metronome/sdk";
import { Tries } from "./tries";

const day = 24 * 60 * 60 * 1000;
export const midnight = (offset: number) => new Date(Math.floor(Date.now() / day) * day + offset * day).toISOString();
export const firstOfMonth = (offset: number) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1)).toISOString();
};

/** A customer with a plan and usage, and what calls are tried with. */
export type Company = Awaited<ReturnType<typeof makeCompany>>;

export async function makeCompany(client: Metronome) {
  const { v1 } = client;
  const tries = new Tries();
  /** A call that the SDK has no method for. */
  const own = (path: string, body: object) => client.post<{ data: { id: string } }>(path, { body });
  const alias = `sdk-${Date.now()}`;
  const usd = "2714e483-4ff1-48e4-9e25-ac732e8f24f2";

  const customer = v1.customers.create({ name: "SDK", ingest_aliases: [alias] });
  const customer_id = (await tries.call("customers.create", customer)).data.id;
  const metric = await tries.call(
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
  const prices = [{ tier: 0, value: 2 }];
  const charge = (product_id: string, rest: object) => ({ product_id, credit_type_id: usd, prices, ...rest });
  const product = (await own("/v1/products/create", { name: "LLM API" })).data.id;
  const setUp = (await own("/v1/products/create", { name: "Set-up" })).data.id;
  const plan = async (charges: object[]) =>
    (await own("/v1/plans/create", { name: "Pro", billing_frequency: "MONTHLY", charges })).data.id;
  const plan_id = await plan([charge(product, { name: "Tokens", charge_type: "usage", billable_metric_id })]);
  const extras = await plan([charge(setUp, { name: "Set-up", charge_type: "fixed", quantity: 1 })]);
  const trial_spec = { length_in_days: 10, spending_cap: { amount: 500, credit_type_id: usd } };
  const added = v1.customers.plans.add({ customer_id, plan_id, starting_on: firstOfMonth(-1), trial_spec });
  const customer_plan_id = (await tries.call("customers.plans.add", added)).data.id;
  const event = { transaction_id: alias, event_type: "completion", timestamp: new Date().toISOString() };
  const properties = { tokens: "150.5", region: "eu" };
  await tries.call("usage.ingest", v1.usage.ingest({ usage: [{ ...event, customer_id: alias, properties }] }));

  const range = { starting_on: midnight(-7), ending_before: midnight(1) };
  return {
    client,
    v1,
    tries,
    own,
    alias,
    customer_id,
    billable_metric_id,
    plan_id,
    /** A plan whose charge can be added, as its product is not on the customer's plan. */
    extras,
    customer_plan_id,
    /** The properties of the event. */
    properties,
    /** The days that usage is asked for. */
    range,
  };
}
