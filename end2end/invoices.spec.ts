// The invoices dashboard: the draft first, history by cursor, an invoice opened to its lines.
import { expect, GROUPED, holdWasm, hydrated, LARGE, test, ZERO } from "./fixtures";

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the draft comes first and every invoice opens", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "invoices"));
    const invoices = page.locator("[data-invoice]");
    await expect(invoices.first()).toContainText(/so far/i);
    await expect(invoices.first()).toContainText("Draft");
    await expect(page.getByText("Finalized").first()).toBeVisible();
    const past = invoices.nth(1);
    await past.locator("summary, a, button").first().click();
    await expect(page.getByText("Platform fee").filter({ visible: true }).first()).toBeVisible();
  });
});

test("the totals are those of the API", async ({ page, demo }) => {
  const id = demo.customer(LARGE);
  const invoices = (await demo.api("GET", `/v1/customers/${id}/invoices?sort=date_desc&limit=100`)).data;
  expect(invoices.filter((invoice: any) => invoice.status === "DRAFT")).toHaveLength(1);
  expect(invoices.filter((invoice: any) => invoice.status !== "DRAFT")).toHaveLength(26);
  expect(invoices.filter((invoice: any) => invoice.status === "VOID")).toHaveLength(1);
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  for (const invoice of invoices.slice(0, 4)) {
    const total = (invoice.total / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });
    await expect(page.locator(`[data-invoice="${invoice.id}"]`)).toContainText(total);
  }
});

test("an invoice opens by keyboard, before WASM", async ({ page, demo }) => {
  await holdWasm(page);
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  const past = page.locator("[data-invoice]").nth(1);
  await past.locator("summary, a, button").first().focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Input tokens, per million").filter({ visible: true }).first()).toBeVisible();
});

test("more invoices load by cursor, to the oldest", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  const invoices = page.locator("[data-invoice]");
  const before = await invoices.count();
  expect(before).toBeLessThan(27);
  const more = page.getByRole("button", { name: /more|older/i }).or(page.getByRole("link", { name: /more|older/i })).first();
  await expect(async () => {
    if (await more.isVisible()) await more.click();
    await expect(invoices).toHaveCount(27, { timeout: 1_000 });
  }).toPass();
  await expect(more).toBeHidden();
  const ids = await invoices.evaluateAll((all) => all.map((one) => one.getAttribute("data-invoice")));
  expect(new Set(ids).size).toBe(27);
});

test("grouped products are split by region", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(GROUPED, "invoices"));
  await page.locator("[data-invoice]").nth(1).locator("summary, a, button").first().click();
  for (const region of ["us-east-1", "eu-west-1", "ap-south-1"])
    await expect(page.getByText(region).filter({ visible: true }).first()).toBeVisible();
});

test("lines without usage are hidden unless asked for", async ({ page, demo }) => {
  const open = async (options: unknown[]) => {
    await page.goto(await demo.embedUrl(ZERO, "invoices", { dashboard_options: options }));
    await page.locator("[data-invoice]").first().locator("summary, a, button").first().click();
    await expect(page.getByText("Platform fee").filter({ visible: true }).first()).toBeVisible();
  };
  const zero = page.getByText("Input tokens, per 1,000").filter({ visible: true });
  await open([]);
  await expect(zero).toHaveCount(0);
  await open([{ key: "show_zero_usage_line_items", value: "true" }]);
  await expect(zero.first()).toBeVisible();
});

test("voided invoices show unless they are to be hidden", async ({ page, demo }) => {
  const voided = page.locator("[data-invoice]").filter({ hasText: /\bVoid\b/ });
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await expect(voided.first()).toBeVisible();
  await page.goto(await demo.embedUrl(LARGE, "invoices", { dashboard_options: [{ key: "hide_voided_invoices", value: "true" }] }));
  await expect(page.locator("[data-invoice]").first()).toBeVisible();
  await expect(voided).toHaveCount(0);
  await page.goto(await demo.embedUrl(LARGE, "invoices", { dashboard_options: [{ key: "invoice_status_filter", value: "VOID" }] }));
  await expect(page.locator("[data-invoice]")).toHaveCount(1);
});
