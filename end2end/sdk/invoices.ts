// Invoices.
import { expect } from "@playwright/test";
import type { Company } from "./company";

export async function tryInvoices({ v1, tries, customer_id, customer_plan_id, extras, range }: Company) {
  const invoices = await tries.all("customers.invoices.list", v1.customers.invoices.list({ customer_id, limit: 1 }));
  const draft = invoices.find((invoice) => invoice.status === "DRAFT")!;
  const retrieved = v1.customers.invoices.retrieve({ customer_id, invoice_id: draft.id });
  await tries.call("customers.invoices.retrieve", retrieved);
  const pdf = v1.customers.invoices.retrievePdf({ customer_id, invoice_id: draft.id });
  const file = await tries.call("customers.invoices.retrieve_pdf", pdf);
  expect(file.headers.get("content-type")).toBe("application/pdf");
  const breakdowns = v1.customers.invoices.listBreakdowns({ customer_id, ...range });
  await tries.all("customers.invoices.list_breakdowns", breakdowns);
  const [extra] = (await v1.plans.listCharges({ plan_id: extras })).data;
  await tries.call(
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
  await tries.refused("invoices.void", v1.invoices.void({ id: draft.id }));
  await tries.refused("invoices.regenerate", v1.invoices.regenerate({ id: draft.id }));
}
