// Credit types, which the SDK calls pricing units.
import type { Company } from "./company";

export async function tryCreditTypes({ v1, tries, own, alias }: Company) {
  // The TypeScript SDK has no methods of its own for these two.
  const unit = await tries.call("pricing_units.create", own("/v1/credit-types/create", { name: alias }));
  await tries.call("pricing_units.archive", own("/v1/credit-types/archive", { id: unit.data.id }));
  await tries.all("pricing_units.list", v1.pricingUnits.list());
}
