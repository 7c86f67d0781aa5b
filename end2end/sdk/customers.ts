// Customers.
import type { Company } from "./company";

export async function tryCustomers({ v1, tries, customer_id, alias, properties, range }: Company) {
  await tries.all("customers.list", v1.customers.list({ limit: 50 }));
  await tries.call("customers.retrieve", v1.customers.retrieve({ customer_id }));
  await tries.call("customers.set_name", v1.customers.setName({ customer_id, name: "SDK Corporation" }));
  const ingest_aliases = [alias, `${alias}-2`];
  await tries.call("customers.set_ingest_aliases", v1.customers.setIngestAliases({ customer_id, ingest_aliases }));
  const spare = (await v1.customers.create({ name: "Spare" })).data.id;
  await tries.call("customers.archive", v1.customers.archive({ id: spare }));
  await tries.all("customers.list_billable_metrics", v1.customers.listBillableMetrics({ customer_id }));
  await tries.all("customers.list_costs", v1.customers.listCosts({ customer_id, ...range }));
  const events = [{ event_type: "completion", timestamp: new Date().toISOString(), properties }];
  await tries.call("customers.preview_events", v1.customers.previewEvents({ customer_id, events }));
  const config = { customer_id, salesforce_account_id: "0015500001WO1Zi" };
  await tries.call("customers.update_config", v1.customers.updateConfig(config));
}
