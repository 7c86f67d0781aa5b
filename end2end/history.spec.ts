// The history leads to a page that the app does not hold: it is loaded where the history stands.
import { expect, hydrated, LARGE, test } from "./fixtures";

test("a list that the app no longer holds is loaded again, once, and keeps its place in the history", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  await page.locator("html").evaluate((html) => html.setAttribute("data-same-document", "yes"));
  // An entry as an earlier app of this tab left it: this one has not drawn that list.
  await page.evaluate(() => history.pushState(null, "", "?status=VOID"));
  await page.locator("a.row").first().click();
  await page.getByRole("link", { name: "Open invoice" }).filter({ visible: true }).click();
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toContainText(/^INV-/);
  const number = await heading.innerText();
  const entries = await page.evaluate(() => history.length);
  const lists: string[] = [];
  page.on("request", (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.endsWith("/dashboards/invoices")) lists.push(search);
  });

  await page.goBack();
  await expect(heading).toHaveText("Invoices");
  expect(page.url()).toContain("status=VOID");
  await expect(page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: "Void" })).toHaveAttribute("aria-current", /.+/);
  await expect(page.locator("[data-invoice]")).toHaveCount(1);
  await expect(heading).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(0);
  expect(lists).toHaveLength(1);
  expect(lists[0]).toContain("status=VOID");

  // It took no entry of its own: the way forward is still there, and back again nothing is asked for.
  expect(await page.evaluate(() => history.length)).toBe(entries);
  await page.goForward();
  await expect(heading).toHaveText(number);
  await page.goBack();
  await expect(heading).toHaveText("Invoices");
  await expect(page.locator("[data-invoice]")).toHaveCount(1);
  await page.goBack();
  await expect(page.locator("section.current")).toBeVisible();
  expect(lists).toHaveLength(1);
  await expect(page.locator("html")).toHaveAttribute("data-same-document", "yes");
});

test("without a connection it stays where it was, and comes once there is one", async ({ page, demo, context, watch }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  await page.evaluate(() => history.pushState(null, "", "?status=VOID"));
  await page.locator("a.row").first().click();
  await page.getByRole("link", { name: "Open invoice" }).filter({ visible: true }).click();
  const heading = page.getByRole("heading", { level: 1 });
  await expect(heading).toContainText(/^INV-/);
  await context.setOffline(true);
  await page.goBack();
  await expect.poll(() => page.url()).toContain("status=VOID");
  await expect(page.getByText(/You are offline/)).toBeVisible();
  await expect(heading).toContainText(/^INV-/);
  await context.setOffline(false);
  await expect(heading).toHaveText("Invoices");
  await expect(page.locator("[data-invoice]")).toHaveCount(1);
  watch.errors.length = 0;
});
