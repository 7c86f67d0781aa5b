// The invoices dashboard: the draft first, history by cursor, an invoice opened to its lines.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, GROUPED, holdWasm, hydrated, LARGE, test, ZERO } from "./fixtures";

/** The row of an invoice of the list: a link that opens in place once the app runs. */
const row = (page: Page, at: number) => page.locator("a.row").nth(at);

/** Opens the document of an invoice of the list, by way of its row. */
async function openDocument(page: Page, at = 0) {
  await row(page, at).click();
  await page.getByRole("link", { name: "Open invoice" }).filter({ visible: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
}

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
    await invoices.first().locator("summary").click();
    await expect(invoices.first().getByText("Platform fee").first()).toBeVisible();
    // A row leads to the document: its lines are not in the list.
    await expect(invoices.nth(1).locator("table")).toHaveCount(0);
    await row(page, 0).click();
    await expect(page.getByText("Platform fee").first()).toBeVisible();
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

  test("the current period says what the plan charges and how far usage has come", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "invoices"));
    const prices = page.locator("section.current .prices");
    await prices.locator("summary").click();
    const entry = (name: string) => prices.locator("dl > div").filter({ hasText: name });
    await expect(entry("Platform fee")).toContainText("$500.00 each month");
    await expect(entry("Input tokens")).toContainText("First 50 at $3.00, next 50 at $2.50, then $2.00");
    await expect(entry("Input tokens").locator("small")).toHaveText(/^[\d,.]+ so far, at \$/);
    await expect(entry("GPU seconds")).toContainText("$0.00085");
    await expect(entry("GPU seconds").locator("small")).toHaveCount(0);
  });

  test("an invoice opens as a document, and leads back", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "invoices"));
    await expect(page).toHaveTitle("Invoices");
    await row(page, 0).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
    await expect(page).toHaveTitle(/^Invoice INV-\d+$/);
    await expect(page.getByText(/midnight to midnight UTC/)).toBeVisible();
    const why = page.locator("summary").filter({ hasText: "Why did my bill change?" });
    await expect(why.getByText(/^(Mostly |Of \d+ changes, the largest is )?.+: .*[+−]\$[\d,.]+\.$/)).toBeVisible();
    await why.click();
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
    const total = (await page.locator(".invoices .amount").first().textContent())!;
    await page.getByRole("link", { name: "All", exact: true }).click();
    for (const text of [number.toLowerCase(), number.replace("-", ""), `#${Number(number.slice(4))}`, total]) {
      await page.getByRole("searchbox").fill(text);
      await page.getByRole("button", { name: "Search" }).click();
      await expect(page).toHaveURL(/number=/);
      await expect(page.locator('[data-invoice][data-status="VOID"]')).toHaveCount(1);
    }
    await page.getByRole("searchbox").fill("INV-999999");
    await page.keyboard.press("Enter");
    await expect(page.getByText("No invoice matches.")).toBeVisible();
    await page.getByRole("link", { name: "Void", exact: true }).click();
    await expect(page.getByText("No void invoice matches.")).toBeVisible();
    await page.getByRole("link", { name: "Show all invoices" }).click();
    await expect(page.locator("[data-invoice]").first()).toBeVisible();
  });

  test("PDF and CSV download without a token in any address", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "invoices"));
    await row(page, 0).click();
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
  await row(page, 0).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
  await expect(page.getByText("Input tokens, per million").filter({ visible: true }).first()).toBeVisible();
});

test("more invoices load by cursor, to the oldest", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
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

test("a row opens from JSON, says that it is open, and closes", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  const id = await page.locator("div.invoice").first().getAttribute("data-invoice");
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.resourceType() === "fetch") asked.push(new URL(request.url()).pathname);
  });
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  await page.route(`**/dashboards/invoices/${id}`, async (route) => {
    await gate;
    await route.continue();
  });
  await expect(row(page, 0)).toHaveAttribute("aria-expanded", "false");
  await row(page, 0).click();
  await expect(row(page, 0)).toHaveAttribute("aria-busy", "true");
  release();
  const opened = page.locator("div.invoice").first();
  await expect(opened.getByText("Platform fee").first()).toBeVisible();
  await expect(row(page, 0)).toHaveAttribute("aria-expanded", "true");
  await expect(row(page, 0)).not.toHaveAttribute("aria-busy", "true");
  await row(page, 0).click();
  await expect(opened.locator("table")).toHaveCount(0);
  await expect(row(page, 0)).toHaveAttribute("aria-expanded", "false");
  await row(page, 0).click();
  await expect(opened.locator("table")).toBeVisible();
  // Once: what was loaded is kept, for its row and for its document.
  await opened.getByRole("link", { name: "Open invoice" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
  expect(asked).toEqual([`/v1/customers/${demo.customer(LARGE)}/dashboards/invoices/${id}`]);
});

test("the way back keeps place and focus, and no address holds a token", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  const invoices = page.locator("[data-invoice]");
  const before = await invoices.count();
  await page.getByRole("link", { name: /older/i }).click();
  await expect.poll(() => invoices.count()).toBeGreaterThan(before);
  // The first of the new rows has the focus, so that the reader goes on where the list grew.
  await expect(invoices.nth(before).locator("a.row")).toBeFocused();
  const loaded = await invoices.count();
  const last = invoices.last();
  await last.locator("a.row").click();
  const open = last.getByRole("link", { name: "Open invoice" });
  await open.scrollIntoViewIfNeeded();
  const place = await page.evaluate(() => scrollY);
  expect(place).toBeGreaterThan(100);
  await open.click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(0);
  expect(page.url()).not.toContain("token");
  await expect(page).toHaveTitle(/^Invoice INV-\d+$/);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Invoices");
  await expect(page).toHaveTitle("Invoices");
  await expect(invoices).toHaveCount(loaded);
  await expect(last).toHaveAttribute("data-open", "");
  await expect(open).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(place);
  await page.goForward();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
});

test("with every inline script blocked but the loader, invoices open and lead back in place", async ({ page, demo }) => {
  await page.route("**/embed/invoices*", async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    const scripts = [...html.matchAll(/<script[^>]*>([^<]*)<\/script>/g)].map(([, script]) => script!);
    const others = scripts.filter((script) => !script.includes("hydrate(") && !script.startsWith("{"));
    expect(others.length).toBeGreaterThan(0);
    let body = html;
    for (const other of others) body = body.replace(other, "");
    await route.fulfill({ response, body });
  });
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  await page.locator("html").evaluate((html) => html.setAttribute("data-same-document", "yes"));
  await openDocument(page);
  await expect(page.getByRole("figure", { name: "Cost by day" }).locator("path.bar").first()).toHaveAttribute("d", /^M/);
  await page.getByRole("link", { name: "All invoices" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Invoices");
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
  await expect(page.locator("html")).toHaveAttribute("data-same-document", "yes");
});

test("status and number narrow the list in place, and the history leads through it", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  await page.locator("html").evaluate((html) => html.setAttribute("data-same-document", "yes"));
  const statuses = page.getByRole("navigation", { name: "Status" });
  await statuses.getByRole("link", { name: "Void" }).click();
  await expect(page.locator("[data-invoice]")).toHaveCount(1);
  await expect(statuses.getByRole("link", { name: "Void" })).toBeFocused();
  await expect(page.getByRole("status")).toHaveText("1 invoice");
  expect(page.url()).toContain("status=VOID");
  const number = await page.locator(".number").first().innerText();
  await statuses.getByRole("link", { name: "All", exact: true }).click();
  await expect(page.locator("section.current")).toBeVisible();
  const field = page.getByRole("searchbox");
  await field.fill(number.toLowerCase());
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-invoice]")).toHaveCount(1);
  await expect(field).toBeFocused();
  await field.fill("INV-999999");
  await page.keyboard.press("Enter");
  await expect(page.getByText("No invoice matches.").filter({ visible: true }).first()).toBeVisible();
  await page.getByRole("link", { name: "Show all invoices" }).click();
  await expect(page.locator("section.current")).toBeVisible();
  // What was chosen is gone: the focus is at the top, and not lost.
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await expect(field).toHaveValue("");
  await page.goBack();
  await page.goBack();
  await expect(field).toHaveValue(number.toLowerCase());
  await expect(page.locator("[data-invoice]")).toHaveCount(1);
  await expect(page.locator("html")).toHaveAttribute("data-same-document", "yes");
});

test("an answer that comes late is dropped", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/dashboards/invoices?status=VOID", async (route) => {
    await gate;
    await route.continue();
  });
  const statuses = page.getByRole("navigation", { name: "Status" });
  await statuses.getByRole("link", { name: "Void" }).click();
  await expect(page.locator("#invoices")).toHaveAttribute("aria-busy", "true");
  await statuses.getByRole("link", { name: "Draft" }).click();
  await expect(statuses.getByRole("link", { name: "Draft" })).toHaveAttribute("aria-current", "true");
  const late = page.waitForResponse((response) => response.url().includes("status=VOID"));
  release();
  await (await late).finished();
  await expect(statuses.getByRole("link", { name: "Draft" })).toHaveAttribute("aria-current", "true");
  await expect(page.locator("#invoices")).not.toHaveAttribute("aria-busy", "true");
  expect(page.url()).toContain("status=DRAFT");
});

test("days, fixed charges and adjustments add up to the invoice", async ({ page, demo }) => {
  const cents = (text: string) => Math.round(Number(text.replace("−", "-").replace(/[^0-9.-]/g, "")) * 100);
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  await openDocument(page);
  const chart = page.getByRole("figure", { name: "Cost by day" });
  await expect(chart.locator(".axis-y span").first()).toHaveText(/^\$[\d.]+K?$/);
  await expect(chart.locator(".axis-y span").last()).toHaveText("$0");
  await expect(chart.getByText(/^Not shown by day: Platform fee \$[\d,.]+/)).toBeVisible();
  await chart.locator("summary").click();
  const days = await chart.locator("tbody td").allInnerTexts();
  const sums = (await chart.locator("tfoot td").allInnerTexts()).map(cents);
  const total = sums.pop()!;
  expect(days.map(cents).reduce((sum, day) => sum + day, 0)).toBe(sums[0]);
  expect(sums.reduce((sum, part) => sum + part, 0)).toBe(total);
  expect(await page.locator(".masthead .figure strong").innerText().then(cents)).toBe(total);
});

test("a value is found and all are shown in place", async ({ page, demo }) => {
  const asked: string[] = [];
  // No customer of the demo has hundreds of values: the answer says so of one that has three.
  await page.route(/\/dashboards\/invoices\/[^/]+$/, async (route) => {
    const address = new URL(route.request().url());
    asked.push(address.search);
    const response = await route.fetch();
    const answer = await response.json();
    answer.data.document.is_searchable = true;
    const section = answer.data.document.sections.find((section: any) => section.group_key);
    section.of = 480;
    section.note = address.search.includes("show_all") ? null : `${section.lines.length} of 480 shown`;
    await route.fulfill({ response, json: answer });
  });
  await page.goto(await demo.embedUrl(GROUPED, "invoices"));
  await hydrated(page);
  await openDocument(page);
  const field = page.getByRole("searchbox", { name: "Find a value" });
  await field.fill("eu-west");
  await page.keyboard.press("Enter");
  await expect.poll(() => asked.at(-1)).toBe("?find=eu-west");
  await expect.poll(() => page.url()).toContain("find=eu-west");
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("eu-west");
  await expect(page.getByRole("status")).toHaveText(/of 480 shown$/);
  // The chart of the page that was made anew answers as before.
  const chart = page.getByRole("figure", { name: "Cost by day" });
  await chart.locator(".area").focus();
  await page.keyboard.press("ArrowLeft");
  await expect(chart.locator(".tip")).toHaveText(/\$/);
  await page.getByRole("link", { name: "Show all 480" }).click();
  await expect.poll(() => page.url()).toContain("show=all");
  expect(asked.at(-1)).toBe("?show_all=true");
  await expect(field).toHaveValue("");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await page.goBack();
  await expect(field).toHaveValue("eu-west");
  await page.goBack();
  await expect(field).toHaveValue("");
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Invoices");
  expect(asked).toHaveLength(3);
});

test("years stand over their invoices once", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  const more = page.getByRole("link", { name: /older/i });
  await more.click();
  await expect(more).toHaveCount(0);
  const years = await page.locator(".year").allInnerTexts();
  expect(new Set(years).size).toBe(years.length);
  expect([...years].sort().reverse()).toEqual(years);
});

test("offline is said, and the page goes on when the connection is back", async ({ page, context, demo, watch }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  await context.setOffline(true);
  await page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: "Void" }).click();
  await expect(page.getByText(/You are offline/)).toBeVisible();
  await context.setOffline(false);
  await expect(page.locator("[data-invoice]")).toHaveCount(1);
  watch.errors.length = 0;
});

test("a document is found by keyboard and by axe", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(GROUPED, "invoices"));
  await hydrated(page);
  await row(page, 0).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Open invoice" }).filter({ visible: true })).toBeVisible();
  const open = page.getByRole("link", { name: "Open invoice" }).filter({ visible: true });
  // Before it come the links to the days of the lines.
  for (let tab = 0; tab < 12 && !(await open.evaluate((link) => link === document.activeElement)); tab++) await page.keyboard.press("Tab");
  await expect(open).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html).slice(0, 3)])).toEqual([]);
});

test("the days of an invoice are pointed at and walked by keys, also where the page was left in place", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  await openDocument(page);
  const chart = page.getByRole("figure", { name: "Cost by day" });
  const area = chart.getByRole("group", { name: "Amount by day: arrow keys move, Home and End jump" });
  const tooltip = chart.locator(".tip").filter({ visible: true });
  await expect(area.getByRole("img", { name: /^Cost by day: \$[\d,.]+ in \d+ days\. Peak/ })).toBeVisible();
  await chart.locator("summary").click();
  // Newest first in the table, oldest first in the picture.
  const days = (await chart.locator("tbody tr").allInnerTexts()).map((row) => row.replace(/\s/g, "")).reverse();
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
  await hydrated(page);
  await row(page, 0).click();
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
