// Which pages may frame a dashboard: an origin that was refused is listed, and its entry admits it.
import type { Page } from "@playwright/test";
import { type Demo, expect, SMALL, test } from "./fixtures";

const ORIGIN = "http://newcomer.localhost";

/** A page of the newcomer with a dashboard in its frame. */
async function frame(page: Page, url: string): Promise<void> {
  await page.context().grantPermissions(["local-network-access"]);
  await page.route(`${ORIGIN}/`, (route) =>
    route.fulfill({ contentType: "text/html", body: `<!doctype html><title>Host</title><iframe src="${url}"></iframe>` }));
  await page.goto(`${ORIGIN}/`);
}

const refused = async (demo: Demo) => {
  const { data } = await demo.api("GET", "/v1/dashboards/origins/refused?limit=100");
  return data.find((one: { origin: string }) => one.origin === ORIGIN);
};

const isBlocked = (page: Page) => expect.poll(() => page.frames().at(-1)?.url()).toBe("chrome-error://chromewebdata/");

// The first two change one list: one after the other.
test.describe.configure({ mode: "serial" });

test.afterEach(({ watch }) => {
  // What Chromium says of frames that it refuses, and the host that a test makes up.
  watch.errors.length = 0;
  watch.strangers.length = 0;
});

test("a frame that was refused is listed with the entry that admits it", async ({ page, demo }) => {
  await frame(page, await demo.embedUrl(SMALL, "invoices"));
  await isBlocked(page);
  await expect.poll(async () => (await refused(demo))?.entry).toBe(ORIGIN);
  expect((await refused(demo)).refused_by).toBe("server");
  await demo.api("POST", "/v1/dashboards/origins/add", { origin: ORIGIN });
  try {
    await frame(page, await demo.embedUrl(SMALL, "invoices"));
    await expect(page.frameLocator("iframe").locator("[data-invoice]").first()).toBeVisible();
  } finally {
    await demo.api("POST", "/v1/dashboards/origins/remove", { origin: ORIGIN });
  }
  await frame(page, await demo.embedUrl(SMALL, "invoices"));
  await isBlocked(page);
});

test("a URL for other pages is refused on one that the server allows", async ({ page, demo }) => {
  const portal = new URL(demo.info.portal_url).origin;
  await demo.api("POST", "/v1/dashboards/origins/add", { origin: ORIGIN });
  try {
    await frame(page, await demo.embedUrl(SMALL, "invoices", { allowed_origins: [portal] }));
    await isBlocked(page);
    await frame(page, await demo.embedUrl(SMALL, "invoices", { allowed_origins: [portal, ORIGIN] }));
    await expect(page.frameLocator("iframe").locator("[data-invoice]").first()).toBeVisible();
  } finally {
    await demo.api("POST", "/v1/dashboards/origins/remove", { origin: ORIGIN });
  }
});

test("a URL that opens once shows the second reader that it has expired", async ({ page, context, demo }) => {
  const url = await demo.embedUrl(SMALL, "invoices", { single_use: true });
  await page.goto(url);
  await expect(page.locator("[data-invoice]").first()).toBeVisible();
  const second = await context.newPage();
  const answer = await second.goto(url);
  expect([answer!.status(), answer!.headers()["x-inlay-refusal"]]).toEqual([401, "used-token"]);
  await expect(second.getByText("This link has expired")).toBeVisible();
});
