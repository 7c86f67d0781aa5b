// From a line of an invoice to its usage by day, and back: without JavaScript by links, with it in place.
import type { Page } from "@playwright/test";
import { expect, GROUPED, hydrated, LARGE, test } from "./fixtures";

/** Opens the newest invoice that is finalized as a document. */
async function openDocument(page: Page, url: string, id: string) {
  await page.goto(`${url}&invoice=${id}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
}

const chart = (page: Page) => page.locator("#by-day");
const number = (text: string) => Number(text.replace(/[^0-9.-]/g, ""));

/** The newest finalized invoice of a customer. */
async function newest(demo: { api: Function; customer: Function }, slug: string): Promise<string> {
  const path = `/v1/customers/${demo.customer(slug)}/invoices?status=FINALIZED&sort=date_desc&limit=1`;
  return (await demo.api("GET", path)).data[0].id;
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the quantity of a line leads to its days, which add up to it, and back", async ({ page, demo }) => {
    await openDocument(page, await demo.embedUrl(LARGE, "invoices"), await newest(demo, LARGE));
    await expect(chart(page)).toContainText("Cost by day");
    const link = page.getByRole("link", { name: /Input tokens, per million: quantity by day$/ });
    const quantity = await link.innerText();
    await link.click();
    await expect(page).toHaveURL(/[?&]line=[0-9a-f-]{36}#by-day$/);
    await expect(chart(page)).toContainText("Input tokens, per million: quantity by day");
    await expect(chart(page)).toBeInViewport();
    await chart(page).locator("summary").click();
    const days = (await chart(page).locator("tbody td").allInnerTexts()).map(number);
    expect(days.reduce((sum, day) => sum + day, 0)).toBeCloseTo(number(quantity), 6);
    await expect(chart(page).locator("tfoot td")).toHaveText(quantity);
    await page.getByRole("link", { name: "All usage" }).click();
    await expect(chart(page)).toContainText("Cost by day");
  });

  test("unique users of days say that they do not add up", async ({ page, demo }) => {
    await openDocument(page, await demo.embedUrl(LARGE, "invoices"), await newest(demo, LARGE));
    await page.getByRole("link", { name: /Active users: unique on each day$/ }).click();
    await expect(chart(page)).toContainText("these days do not add up to its quantity");
    await expect(chart(page).locator("tfoot td")).toHaveCount(0);
  });
});

test("a product by region leads to the days of all its regions", async ({ page, demo }) => {
  await openDocument(page, await demo.embedUrl(GROUPED, "invoices"), await newest(demo, GROUPED));
  await hydrated(page);
  await page.getByRole("link", { name: "GPU seconds: quantity by day" }).click();
  await expect(chart(page).locator(".label")).toContainText("GPU seconds: quantity by day");
  await expect(chart(page).locator("path.bar").first()).toHaveAttribute("d", /^M/);
});

test("with WASM the days come in place, and the way back is where the reader was", async ({ page, demo }) => {
  await openDocument(page, await demo.embedUrl(LARGE, "invoices"), await newest(demo, LARGE));
  await hydrated(page);
  await page.locator("html").evaluate((html) => html.setAttribute("data-same-document", "yes"));
  const link = page.getByRole("link", { name: /Stored gigabytes: / });
  for (const back of ["All usage", "history"]) {
    await link.focus();
    await link.scrollIntoViewIfNeeded();
    const place = await page.evaluate(() => scrollY);
    await page.keyboard.press("Enter");
    await expect(chart(page).locator(".label")).toContainText("Stored gigabytes: ");
    await expect(chart(page)).toBeFocused();
    await expect(chart(page)).toBeInViewport();
    expect(page.url()).toContain("line=");
    expect(page.url()).not.toContain("token=");
    const area = chart(page).locator(".area");
    await area.focus();
    await page.keyboard.press("Home");
    await expect(area.locator(".tip")).toContainText(/\d/);

    if (back === "history") await page.goBack();
    else await page.getByRole("link", { name: back }).click();
    await expect(chart(page).locator(".label")).toHaveText(/^Cost by day\s*$/);
    await expect(link).toBeFocused();
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(place);
    expect(page.url()).not.toContain("line=");
  }
  await expect(page.locator("html")).toHaveAttribute("data-same-document", "yes");
});

test("a link in a line that is opened elsewhere is left to the browser", async ({ page, context, demo }) => {
  await openDocument(page, await demo.embedUrl(LARGE, "invoices"), await newest(demo, LARGE));
  await hydrated(page);
  const opened = context.waitForEvent("page");
  await page.getByRole("link", { name: /API requests, per 1,000: quantity by day$/ }).click({ modifiers: ["ControlOrMeta"] });
  const other = await opened;
  await expect(other.locator("#by-day")).toContainText("API requests, per 1,000: quantity by day");
  await expect(chart(page)).toContainText("Cost by day");
});
