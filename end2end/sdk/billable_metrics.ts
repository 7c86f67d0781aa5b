// Billable metrics.
import type { Company } from "./company";

export async function tryBillableMetrics({ client, v1, tries, billable_metric_id }: Company) {
  // The TypeScript SDK has no method of its own for this one.
  const renamed = client.put(`/v1/billable-metrics/${billable_metric_id}`, { body: { name: "LLM tokens" } });
  await tries.call("billable_metrics.update", renamed);
  await tries.all("billable_metrics.list", v1.billableMetrics.list());
  await tries.call("billable_metrics.retrieve", v1.billableMetrics.retrieve({ billable_metric_id }));
  const old = await v1.billableMetrics.create({ name: "Old", aggregation_type: "COUNT" });
  await tries.call("billable_metrics.archive", v1.billableMetrics.archive({ id: old.data.id }));
}
