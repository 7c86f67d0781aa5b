// Plans of customers.
import { firstOfMonth, type Company } from "./company";

export async function tryPlansOfCustomers({ v1, tries, customer_id, customer_plan_id }: Company) {
  await tries.all("customers.plans.list", v1.customers.plans.list({ customer_id }));
  const adjustments = v1.customers.plans.listPriceAdjustments({ customer_id, customer_plan_id });
  await tries.all("customers.plans.list_price_adjustments", adjustments);
  const end = v1.customers.plans.end({ customer_id, customer_plan_id, ending_before: firstOfMonth(3) });
  await tries.call("customers.plans.end", end);
}
