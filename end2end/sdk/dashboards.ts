// Dashboards.
import type { Company } from "./company";

export async function tryDashboards({ v1, tries, customer_id }: Company) {
  const url = v1.dashboards.getEmbeddableURL({ customer_id, dashboard: "usage" });
  await tries.call("dashboards.get_embeddable_url", url);
}
