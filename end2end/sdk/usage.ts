// Events and usage.
import { expect } from "@playwright/test";
import type { Company } from "./company";

export async function tryUsage({ v1, tries, alias, customer_id, billable_metric_id, range }: Company) {
  const usage = await tries.all(
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
  expect(await tries.all("usage.list_with_groups", v1.usage.listWithGroups(groups))).toHaveLength(1);
  expect(await tries.call("usage.search", v1.usage.search({ transactionIds: [alias] }))).toHaveLength(1);
}
