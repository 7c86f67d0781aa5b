// Custom fields: a key is declared, values are set on the customer, and both go again.
import { expect } from "@playwright/test";
import type { Company } from "./company";

export async function tryCustomFields({ v1, tries, customer_id, alias }: Company) {
  const key = { entity: "customer", key: alias } as const;
  await tries.call("custom_fields.add_key", v1.customFields.addKey({ ...key, enforce_uniqueness: true }));
  const keys = await tries.all("custom_fields.list_keys", v1.customFields.listKeys({ entities: ["customer"] }));
  expect(keys).toContainEqual({ ...key, enforce_uniqueness: true });
  const fields = { entity: "customer", entity_id: customer_id } as const;
  const values = { [alias]: "1" };
  await tries.call("custom_fields.set_values", v1.customFields.setValues({ ...fields, custom_fields: values }));
  expect((await v1.customers.retrieve({ customer_id })).data.custom_fields).toEqual(values);
  await tries.call("custom_fields.delete_values", v1.customFields.deleteValues({ ...fields, keys: [alias] }));
  await tries.call("custom_fields.remove_key", v1.customFields.removeKey(key));
}
