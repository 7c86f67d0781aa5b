// A dashboard in a real iframe inside a page of another origin, and what it leaves behind: nothing.
import { embedded, expect, holdWasm, hydrated, LARGE, SMALL, test } from "./fixtures";

test("the portal shows both dashboards from another origin", async ({ page, demo }) => {
  expect(new URL(demo.info.url).origin).not.toBe(new URL(demo.info.portal_url).origin);
  await page.goto(demo.portalUrl({ customer: LARGE, view: "both" }));
  await expect(embedded(page, "invoices").getByRole("heading", { level: 1 })).toBeVisible();
  await expect(embedded(page, "usage").getByRole("heading", { level: 1 })).toBeVisible();
  await expect(embedded(page, "invoices").locator("[data-invoice]").first()).toBeVisible();
  await expect(embedded(page, "usage").locator("[data-chart] svg").first()).toBeVisible();
  for (const dashboard of ["invoices", "usage"] as const) await hydrated(embedded(page, dashboard));
});

test("the portal's switches change customer, dashboard and theme", async ({ page, demo }) => {
  await page.goto(demo.portalUrl({ customer: LARGE, view: "usage" }));
  await expect(embedded(page, "usage").locator("[data-chart]")).toHaveCount(6);
  await page.getByLabel("Signed in as").selectOption(SMALL);
  await expect(embedded(page, "usage").locator("[data-chart]")).toHaveCount(3);
  await page.getByRole("button", { name: "Invoices" }).click();
  await expect(embedded(page, "invoices").locator("[data-invoice]").first()).toBeVisible();
  await page.getByRole("button", { name: "Dark" }).click();
  // The frame is replaced meanwhile.
  await expect(embedded(page, "invoices").locator("body")).toHaveCSS("background-color", "rgb(20, 22, 27)");
});

for (const dashboard of ["invoices", "usage"] as const) {
  test(`the embed token leaves the address bar of ${dashboard} and nothing is stored`, async ({ page, context, demo }) => {
    const url = await demo.embedUrl(LARGE, dashboard);
    const token = new URL(url).searchParams.get("token")!;
    expect(token.length).toBeGreaterThan(40);
    const release = await holdWasm(page);
    await page.goto(url);
    await expect.poll(() => page.url()).not.toContain(token);
    release();
    await hydrated(page);
    expect(page.url()).not.toContain(token);
    const kept = await page.evaluate(async () => ({
      local: localStorage.length,
      session: sessionStorage.length,
      cookie: document.cookie,
      databases: (await indexedDB.databases()).length,
      workers: (await navigator.serviceWorker.getRegistrations()).length,
    }));
    expect(kept).toEqual({ local: 0, session: 0, cookie: "", databases: 0, workers: 0 });
    expect(await context.cookies()).toEqual([]);
  });
}

test("a page of a stranger cannot frame a dashboard", async ({ page, demo, watch }) => {
  const url = await demo.embedUrl(SMALL, "invoices");
  // Same host, other port and path: not in INLAY_ALLOWED_ORIGINS.
  await page.route("http://stranger.test/", (route) =>
    route.fulfill({ contentType: "text/html", body: `<iframe src="${url}"></iframe>` }));
  await page.goto("http://stranger.test/");
  await expect.poll(() => page.frames().at(-1)?.url()).toBe("chrome-error://chromewebdata/");
  await expect(page.frameLocator("iframe").locator("[data-invoice]")).toHaveCount(0);
  watch.errors.length = 0;
  watch.strangers.length = 0;
});
