// Plans.
import type { Company } from "./company";

export async function tryPlans({ v1, tries, plan_id, extras }: Company) {
  await tries.all("plans.list", v1.plans.list());
  await tries.call("plans.get_details", v1.plans.getDetails({ plan_id }));
  await tries.all("plans.list_charges", v1.plans.listCharges({ plan_id: extras }));
  await tries.all("plans.list_customers", v1.plans.listCustomers({ plan_id, status: "all" }));
}
