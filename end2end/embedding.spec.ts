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

test("what an open page asks for says who asks in a header, and in no address", async ({ page, demo }) => {
  const urls = [await demo.embedUrl(LARGE, "usage"), await demo.embedUrl(LARGE, "invoices")];
  const [addresses, headers] = [[] as string[], [] as (string | undefined)[]];
  page.on("request", (request) => {
    if (request.url().includes("token=")) addresses.push(request.url());
    if (request.resourceType() === "fetch" && /\/(embed|v1)\//.test(request.url())) headers.push(request.headers().authorization);
  });
  await page.goto(urls[0]!);
  await page.getByText("Group by").first().click();
  await page.getByRole("navigation", { name: "Group by" }).getByRole("link").nth(1).click();
  await expect.poll(() => page.url()).toContain("group=");
  await page.goto(urls[1]!);
  await hydrated(page);
  await page.getByRole("link", { name: /older/i }).click();
  await page.locator("a.row").first().click();
  await page.getByRole("link", { name: "Open invoice" }).filter({ visible: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
  // The address of the embeddable URL itself, and no other.
  expect(addresses).toEqual(urls);
  expect(headers).toHaveLength(3);
  for (const header of headers) expect(header).toMatch(/^Bearer eyJ/);
});

test("an open page renews its tokens: those of its links, and of the page behind it", async ({ page, context, demo }) => {
  await page.clock.install();
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  await page.locator("a.row").first().click();
  await page.getByRole("link", { name: "Open invoice" }).filter({ visible: true }).click();
  await page.getByRole("link", { name: /Input tokens, per million: quantity by day$/ }).click();
  const allUsage = page.getByRole("link", { name: "All usage" });
  // Addresses are relative to the page.
  const address = (href: string | null) => new URL(href!, page.url());
  const line = address(await allUsage.getAttribute("href")).hash;
  expect(line).toMatch(/^#.+\/.+/);
  const back = page.getByRole("link", { name: "All invoices" });
  const older = await back.getAttribute("href");
  const renewal = page.waitForResponse((response) => response.url().endsWith("/embed/session"));
  await page.clock.fastForward(9 * 60_000 + 1_000);
  expect((await renewal).status()).toBe(200);
  await expect(back).not.toHaveAttribute("href", older!);
  // The form for downloads sends the renewed session token.
  const renewed = (await (await renewal).json()).token;
  await expect(page.locator('#download input[name="token"]')).toHaveValue(renewed);
  const token = address(await back.getAttribute("href")).searchParams.get("token")!;
  // The way back from the days of a line still leads to that line.
  const kept = address(await allUsage.getAttribute("href"));
  expect([kept.searchParams.get("token"), kept.hash]).toEqual([token, line]);
  await page.goBack();
  await expect(allUsage).toHaveCount(0);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Invoices");
  const links = await page.locator("a[href*='token=']").evaluateAll((all) => all.map((link) => link.getAttribute("href")!));
  expect(links.length).toBeGreaterThan(5);
  for (const link of links) expect(link).toContain(`token=${token}`);
  const tab = await context.newPage();
  await tab.goto(address(links[0]!).href);
  await expect(tab.getByRole("heading", { level: 1 })).toContainText(/invoice/i);
});

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
