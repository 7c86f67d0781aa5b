// An open page whose session ends or whose connection is gone: what is shown stays, and what did not work is said.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, hydrated, LARGE, test } from "./fixtures";

const expired = (page: Page) => page.getByRole("alert").filter({ hasText: "This link has expired. Reload the page around it." });
const failed = (page: Page) => page.getByRole("alert").filter({ hasText: "The file could not be loaded." });

/** An open list with its first invoice opened, on a page that says when it is replaced. */
async function open(page: Page, url: string) {
  await page.goto(url);
  await hydrated(page);
  await page.locator("html").evaluate((html) => html.setAttribute("data-same-document", "yes"));
  await page.locator("a.row").first().click();
  await expect(page.locator("div.invoice table")).toBeVisible();
}

/** The same page, its rows still there to be read. */
async function stays(page: Page) {
  await expect(page.locator("html")).toHaveAttribute("data-same-document", "yes");
  await expect(page.locator("div.invoice table")).toBeVisible();
}

/** From now on, the server takes the session for one that has ended. */
const end = (page: Page) =>
  page.route("**/v1/customers/**", (route) => route.fulfill({ status: 401, json: { message: "unauthorized" } }));

test("a file is saved under its name by a page that stays, and no address holds a token", async ({ page, demo }) => {
  await open(page, await demo.embedUrl(LARGE, "invoices"));
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  for (const [name, begins] of [["PDF", "%PDF-"], ["CSV", "Invoice,"]] as const) {
    const button = page.getByRole("button", { name }).filter({ visible: true }).first();
    const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`^INV-\\d+\\.${name.toLowerCase()}$`));
    expect(readFileSync(await download.path(), "latin1").startsWith(begins)).toBe(true);
    await expect(button).not.toHaveAttribute("aria-busy", "true");
  }
  expect(asked.filter((url) => url.includes("token"))).toEqual([]);
  await stays(page);
});

test("a download without a connection leaves the page, and says so until there is one", async ({ page, context, demo, watch }) => {
  await open(page, await demo.embedUrl(LARGE, "invoices"));
  await context.setOffline(true);
  for (const name of ["PDF", "CSV"]) {
    await page.getByRole("button", { name }).filter({ visible: true }).first().click();
    await expect(failed(page)).toBeInViewport();
    await stays(page);
  }
  await context.setOffline(false);
  await expect(failed(page)).toBeHidden();
  watch.errors.length = 0;
});

test("a download after the session has ended leaves the page, and says so", async ({ page, demo }) => {
  await open(page, await demo.embedUrl(LARGE, "invoices"));
  await end(page);
  await page.getByRole("button", { name: "PDF" }).filter({ visible: true }).first().click();
  await expect(expired(page)).toBeVisible();
  await stays(page);
});

for (const [choice, choose] of [
  ["a status", (page: Page) => page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: "Void" }).click()],
  ["a search", async (page: Page) => {
    await page.getByRole("searchbox").fill("INV-0001");
    await page.keyboard.press("Enter");
  }],
  ["older invoices", (page: Page) => page.getByRole("link", { name: /older/i }).click()],
  ["another row", (page: Page) => page.locator("a.row").nth(1).click()],
] as const)
  test(`${choice} after the session has ended keeps the list that can still be read`, async ({ page, demo }) => {
    await open(page, await demo.embedUrl(LARGE, "invoices"));
    const rows = await page.locator("a.row").count();
    await end(page);
    await choose(page);
    await expect(expired(page)).toBeVisible();
    await stays(page);
    await expect(page.locator("a.row")).toHaveCount(rows);
    await expect(page.locator("#invoices")).not.toHaveAttribute("aria-busy", "true");
  });

test("after a search the focus is in its field, and what was found is said", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  const field = page.getByRole("searchbox");
  for (const [text, said] of [["INV-999999", "No invoice matches."], ["INV", /^\d+ invoices/], ["INV-999998", "No invoice matches."]] as const) {
    await field.fill(text);
    await page.getByRole("button", { name: "Search" }).click();
    await expect(page.getByRole("status")).toHaveText(said);
    await expect(field).toBeFocused();
    await expect(field).toHaveValue(text);
  }
});

test("the link to all invoices leads back as the browser does: place, open row and focus", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  const last = page.locator("div.invoice").last();
  await last.locator("a.row").click();
  const open = last.getByRole("link", { name: "Open invoice" });
  await open.scrollIntoViewIfNeeded();
  const place = await page.evaluate(() => scrollY);
  expect(place).toBeGreaterThan(100);
  await open.click();
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toBeFocused();
  await expect(heading).toHaveCSS("outline-style", "none");
  await page.getByRole("link", { name: "All invoices" }).click();
  await expect(heading).toHaveText("Invoices");
  await expect(last).toHaveAttribute("data-open", "");
  await expect(open).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(place);
});
