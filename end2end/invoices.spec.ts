// The invoices dashboard: the draft first, history by cursor, an invoice opened to its lines.
import AxeBuilder from "@axe-core/playwright";
import { expect, GROUPED, holdWasm, LARGE, test, ZERO } from "./fixtures";

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the draft comes first and every invoice opens", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "invoices"));
    const current = page.locator("section").filter({ has: page.locator('[data-invoice][data-status="DRAFT"]') }).first();
    await expect(current).toContainText(/so far/i);
    await expect(current).toContainText("Draft");
    await expect(current.getByRole("progressbar")).toBeVisible();
    const invoices = page.locator("[data-invoice]");
    await expect(invoices.first()).toHaveAttribute("data-status", "DRAFT");
    await expect(invoices.nth(1)).toContainText("Finalized");
    for (const invoice of [invoices.first(), invoices.nth(1)]) {
      await invoice.locator("summary").click();
      await expect(invoice.getByText("Platform fee").first()).toBeVisible();
    }
  });

  test("the current period says what it is made of and where it is heading", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "invoices"));
    const current = page.locator("section.current");
    await expect(current.getByText(/^Day \d+ of \d+$/)).toBeVisible();
    const cents = (text: string) => Math.round(Number(text.replace("−", "-").replace(/[^0-9.-]/g, "")) * 100);
    const parts = await current.locator(".parts .amount").allInnerTexts();
    const total = await current.locator(".figure strong").first().innerText();
    expect(parts.map(cents).reduce((sum, part) => sum + part, 0)).toBe(cents(total));
  });

  test("an invoice opens as a document, and leads back", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "invoices"));
    await page.locator("[data-invoice]").nth(1).locator("summary").first().click();
    await page.getByRole("link", { name: "Open invoice" }).filter({ visible: true }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
    await expect(page.getByText(/midnight to midnight UTC/)).toBeVisible();
    await page.locator("summary").filter({ hasText: "Why did my bill change?" }).click();
    await expect(page.getByRole("cell").or(page.getByRole("rowheader")).filter({ hasText: "This invoice" })).toBeVisible();
    await page.getByRole("link", { name: "All invoices" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Invoices");
  });

  test("status and number narrow the list by address alone", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "invoices"));
    await page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: "Void" }).click();
    expect(page.url()).toContain("status=VOID");
    await expect(page.locator("[data-invoice]")).toHaveCount(1);
    const number = await page.locator(".number").first().innerText();
    await page.getByRole("link", { name: "All", exact: true }).click();
    await page.getByRole("searchbox").fill(number.toLowerCase());
    await page.getByRole("button", { name: "Search" }).click();
    expect(page.url()).toContain("number=");
    await expect(page.locator("[data-invoice]")).toHaveCount(1);
    await page.getByRole("searchbox").fill("INV-999999");
    await page.keyboard.press("Enter");
    await expect(page.getByText("No invoice matches.")).toBeVisible();
    await page.getByRole("link", { name: "Show all invoices" }).click();
    await expect(page.locator("[data-invoice]").first()).toBeVisible();
  });

  test("PDF and CSV download without a token in any address", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "invoices"));
    await page.locator("[data-invoice]").nth(1).locator("summary").first().click();
    for (const [name, begins] of [["PDF", "%PDF-"], ["CSV", "Invoice,"]] as const) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name }).filter({ visible: true }).first().click(),
      ]);
      expect(download.url()).not.toContain("token");
      expect(download.suggestedFilename()).toMatch(/^INV-\d+\.(pdf|csv)$/);
      const { readFileSync } = await import("node:fs");
      expect(readFileSync(await download.path(), "latin1").startsWith(begins)).toBe(true);
    }
  });

  test("older invoices are a link away", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "invoices"));
    const first = await page.locator("[data-invoice]").nth(1).getAttribute("data-invoice");
    await page.getByRole("link", { name: /older/i }).click();
    await expect(page.locator(`[data-invoice="${first}"]`)).toHaveCount(0);
    await expect(page.locator("[data-invoice]").first()).toBeVisible();
  });
});

test("the totals are those of the API", async ({ page, demo }) => {
  const id = demo.customer(LARGE);
  const invoices = (await demo.api("GET", `/v1/customers/${id}/invoices?sort=date_desc&limit=100`)).data;
  // On the first day of a month the last one's draft still waits for late events.
  expect(invoices.filter((invoice: any) => invoice.status === "DRAFT").length).toBe(new Date().getUTCDate() === 1 ? 2 : 1);
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
  await past.locator("summary").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Input tokens, per million").filter({ visible: true }).first()).toBeVisible();
});

test("more invoices load by cursor, to the oldest", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  const invoices = page.locator("[data-invoice]");
  const id = demo.customer(LARGE);
  const all = (await demo.api("GET", `/v1/customers/${id}/invoices?sort=date_desc&limit=100`)).data.map((invoice: any) => invoice.id);
  expect(await invoices.count()).toBeLessThan(all.length);
  const more = page.getByRole("link", { name: /older/i });
  while ((await invoices.count()) < all.length) {
    const before = await invoices.count();
    await more.click();
    await expect.poll(() => invoices.count()).toBeGreaterThan(before);
  }
  await expect(more).toHaveCount(0);
  expect(await invoices.evaluateAll((found) => found.map((one) => one.getAttribute("data-invoice")))).toEqual(all);
});

test("the way back keeps the place, and no address holds a token", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  const invoices = page.locator("[data-invoice]");
  const before = await invoices.count();
  await page.getByRole("link", { name: /older/i }).click();
  await expect.poll(() => invoices.count()).toBeGreaterThan(before);
  const loaded = await invoices.count();
  const last = invoices.last();
  await last.locator("summary").first().click();
  await last.getByRole("link", { name: "Open invoice" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
  expect(page.url()).not.toContain("token");
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Invoices");
  await expect(invoices).toHaveCount(loaded);
  await expect(invoices.last()).toHaveAttribute("open", "");
  await page.goForward();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
});

test("years stand over their invoices once", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  const more = page.getByRole("link", { name: /older/i });
  await more.click();
  await expect(more).toHaveCount(0);
  const years = await page.locator(".year").allInnerTexts();
  expect(new Set(years).size).toBe(years.length);
  expect([...years].sort().reverse()).toEqual(years);
});

test("offline is said, and the page goes on when the connection is back", async ({ page, context, demo, watch }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await context.setOffline(true);
  await page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: "Void" }).click();
  await expect(page.getByText(/There is no connection/)).toBeVisible();
  await context.setOffline(false);
  await expect(page.locator("[data-invoice]")).toHaveCount(1);
  watch.errors.length = 0;
});

test("a document is found by keyboard and by axe", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(GROUPED, "invoices"));
  await page.locator("[data-invoice]").nth(1).locator("summary").first().focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Open invoice" }).filter({ visible: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html).slice(0, 3)])).toEqual([]);
});

test("the days of an invoice are pointed at and walked by keys, also where the page was left in place", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await page.locator("[data-invoice]").nth(1).locator("summary").first().click();
  await page.getByRole("link", { name: "Open invoice" }).filter({ visible: true }).click();
  const chart = page.getByRole("figure", { name: "Cost by day" });
  const area = chart.getByRole("group", { name: "By day: arrow keys move, Home and End jump" });
  const tooltip = chart.getByRole("tooltip").filter({ visible: true });
  await expect(area.getByRole("img", { name: /^Cost by day: \$[\d,.]+ in \d+ days\. Peak/ })).toBeVisible();
  await chart.locator("summary").click();
  const days = (await chart.locator("tbody tr").allInnerTexts()).map((row) => row.replace(/\s/g, ""));
  const shown = async () => (await tooltip.innerText()).replace(/\s/g, "");

  const box = (await area.boundingBox())!;
  for (const day of [0, 3, days.length - 1]) {
    await page.mouse.move(box.x + (box.width * (day + 0.5)) / days.length, box.y + box.height / 2);
    await expect.poll(shown).toBe(days[day]);
  }
  await page.mouse.move(1, 1);
  await expect(tooltip).toHaveCount(0);

  await page.getByRole("button", { name: /^CSV/ }).focus();
  for (let tab = 0; tab < 9 && !(await area.evaluate((area) => area === document.activeElement)); tab++) await page.keyboard.press("Tab");
  await expect(area).toBeFocused();
  await expect.poll(shown).toBe(days.at(-1));
  for (const [key, day] of [["ArrowLeft", days.length - 2], ["Home", 0], ["ArrowLeft", 0], ["ArrowRight", 1], ["End", days.length - 1]] as const) {
    await page.keyboard.press(key);
    await expect.poll(shown).toBe(days[day]);
  }
  await page.keyboard.press("Escape");
  await expect(tooltip).toHaveCount(0);
});

test("grouped products are split by region", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(GROUPED, "invoices"));
  await page.locator("[data-invoice]").nth(1).locator("summary").click();
  for (const region of ["us-east-1", "eu-west-1", "ap-south-1"])
    await expect(page.getByText(region).filter({ visible: true }).first()).toBeVisible();
});

test("lines without usage are hidden unless asked for", async ({ page, demo }) => {
  const open = async (options: unknown[]) => {
    await page.goto(await demo.embedUrl(ZERO, "invoices", { dashboard_options: options }));
    await page.locator("[data-invoice]").first().locator("summary").click();
    await expect(page.getByText("Platform fee").filter({ visible: true }).first()).toBeVisible();
  };
  const zero = page.getByText("Input tokens, per 1,000").filter({ visible: true });
  await open([]);
  await expect(zero).toHaveCount(0);
  await open([{ key: "show_zero_usage_line_items", value: "true" }]);
  await expect(zero.first()).toBeVisible();
});

test("voided invoices show unless they are to be hidden", async ({ page, demo }) => {
  const voided = page.locator('[data-invoice][data-status="VOID"]');
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await expect(voided).toContainText("Void");
  await page.goto(await demo.embedUrl(LARGE, "invoices", { dashboard_options: [{ key: "hide_voided_invoices", value: "true" }] }));
  await expect(page.locator("[data-invoice]").first()).toBeVisible();
  await expect(voided).toHaveCount(0);
  await page.goto(await demo.embedUrl(LARGE, "invoices", { dashboard_options: [{ key: "invoice_status_filter", value: "VOID" }] }));
  await expect(page.locator("[data-invoice]")).toHaveCount(1);
});
