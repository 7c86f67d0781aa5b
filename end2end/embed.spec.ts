// embed.js in a page of another origin: the frame's height, events, look, places and renewal, and who hears nothing.
import { brotliCompressSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { type Demo, expect, GROUPED, hydrated, LARGE, test, type Watch } from "./fixtures";

type Heard = { inlay: number; type: string; [more: string]: unknown };
type Host = { element: HTMLElement & Record<string, (argument?: unknown) => void>; heard: Heard[] };

const FRAME = "inlay-dashboard iframe";

/** An empty page of the portal's origin, which may frame the dashboards. */
async function openHost(page: Page, demo: Demo): Promise<void> {
  // Chromium takes what a test answers for a page of the internet, and asks whether that may reach this machine.
  await page.context().grantPermissions(["local-network-access"]);
  const url = new URL("/host", demo.info.portal_url).href;
  const body = `<!doctype html><title>Host</title><body style="margin: 0"><div id="place"></div></body>`;
  await page.route(url, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body }));
  await page.goto(url);
}

/** Mounts a dashboard with these options; `fetchUrl` is the name of a function that the test has exposed. */
async function mount(page: Page, demo: Demo, options: Record<string, unknown>): Promise<void> {
  await openHost(page, demo);
  await page.evaluate(
    async ([server, { fetchUrl, ...options }]) => {
      const { mount } = await import(`${server}/embed.js`);
      const heard: unknown[] = [];
      const ask = fetchUrl ? { fetchUrl: (window as any)[fetchUrl as string] } : {};
      const element = mount("#place", { ...options, ...ask, onEvent: (event: unknown) => heard.push(event) });
      Object.assign(window, { element, heard });
    },
    [demo.info.url, options] as const,
  );
}

const frame = (page: Page) => page.frameLocator(FRAME);
const heard = (page: Page, type: string) =>
  page.evaluate((type) => (window as unknown as Host).heard.filter((event) => event.type === type), type);
const call = (page: Page, method: string, argument?: unknown) =>
  page.evaluate(([method, argument]) => (window as unknown as Host).element[method!]!(argument), [method, argument] as const);

/** The height of the frame, once it is that of its content, to a pixel. */
async function settled(page: Page): Promise<number> {
  const outer = () => page.locator(FRAME).evaluate((one) => one.getBoundingClientRect().height);
  const inner = () => frame(page).locator("html").evaluate((one) => one.getBoundingClientRect().height);
  await expect.poll(async () => Math.abs((await outer()) - (await inner()))).toBeLessThanOrEqual(1);
  return outer();
}

/** What Chromium says of every frame with both of these; it holds for one of the same origin, which this is not. */
const forgiveSandbox = (watch: Watch) =>
  watch.errors.splice(0, Infinity, ...watch.errors.filter((text) => !/can escape its sandboxing/.test(text)));
test.afterEach(({ watch }) => void forgiveSandbox(watch));

test("embed.js is small, and pages of every origin may load it", async ({ demo }) => {
  for (const path of ["/embed.js", "/embed.classic.js", "/embed.d.ts"]) {
    const answer = await fetch(demo.info.url + path);
    expect(answer.status, path).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(brotliCompressSync(await answer.text()).length, path).toBeLessThan(4_096);
  }
});

for (const width of [360, 1280])
  test(`the frame is as high as its content, which grows and shrinks, at ${width} px`, async ({ page, demo }) => {
    await page.setViewportSize({ width, height: 700 });
    await mount(page, demo, { url: await demo.embedUrl(LARGE, "invoices") });
    await hydrated(frame(page));
    const closed = await settled(page);
    expect(closed).toBeGreaterThan(700);
    const row = frame(page).locator("a.row").first();
    await row.click();
    await expect(frame(page).locator("div.invoice table")).toBeVisible();
    expect(await settled(page)).toBeGreaterThan(closed + 50);
    await row.click();
    await expect(frame(page).locator("div.invoice table")).toHaveCount(0);
    expect(await settled(page)).toBe(closed);
    const scrolls = await frame(page).locator("html").evaluate((html) => html.scrollHeight > html.clientHeight + 1);
    expect(scrolls, "nothing scrolls within the frame").toBe(false);
  });

test("before it arrives its room is taken, and the frame says what it is", async ({ page, demo }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/embed/usage?*", async (route) => (await held, route.continue()));
  await mount(page, demo, { url: await demo.embedUrl(LARGE, "usage"), height: 900 });
  const element = page.locator("inlay-dashboard");
  await expect(element).toHaveAttribute("aria-busy", "true");
  expect((await element.boundingBox())!.height).toBe(900);
  const attributes = ["title", "referrerpolicy", "sandbox"].map((name) => page.locator(FRAME).getAttribute(name));
  expect(await Promise.all(attributes)).toEqual(["Usage", "strict-origin", expect.stringContaining("allow-scripts")]);
  release();
  await expect(element).not.toHaveAttribute("aria-busy");
  expect(await settled(page)).not.toBe(900);
  expect((await heard(page, "ready"))[0]).toEqual({ inlay: 1, type: "ready", to: "" });
});

test("the look changes without another URL", async ({ page, demo }) => {
  await mount(page, demo, { url: await demo.embedUrl(LARGE, "usage") });
  const body = frame(page).locator("body");
  await expect(body).toHaveCSS("background-color", "rgb(255, 255, 255)");
  await call(page, "update", { theme: { color_scheme: "dark", color_overrides: [{ name: "Action", value: "#123456" }] } });
  await expect(body).toHaveCSS("background-color", "rgb(20, 22, 27)");
  const action = () => frame(page).locator("html").evaluate((html) => getComputedStyle(html).getPropertyValue("--Action"));
  await expect.poll(action).toBe("#123456");
  await call(page, "update", { theme: { transparent: true, color_overrides: [{ name: "Action", value: "url(x)" }] } });
  await expect(body).toHaveCSS("background-color", "rgba(0, 0, 0, 0)");
  expect(await action()).not.toMatch(/123456|url/);
  expect(await heard(page, "ready")).toHaveLength(1);
});

test("the host follows where the reader is, and leads to an invoice in place", async ({ page, demo }) => {
  await mount(page, demo, { url: await demo.embedUrl(LARGE, "invoices") });
  await hydrated(frame(page));
  await frame(page).locator("html").evaluate((html) => html.setAttribute("data-same-document", "yes"));
  await frame(page).locator("a.row").first().click();
  await frame(page).getByRole("link", { name: "Open invoice" }).filter({ visible: true }).click();
  await expect(frame(page).getByRole("heading", { level: 1 })).toContainText(/^INV-/);
  const invoice = await frame(page).getByRole("heading", { level: 1 }).innerText();
  const { to } = (await heard(page, "navigate")).at(-1)!;
  expect(to).toMatch(/^\?invoice=/);
  await settled(page);
  await call(page, "navigate", "?status=FINALIZED");
  await expect(frame(page).getByRole("heading", { level: 1 })).toHaveText("Invoices");
  await call(page, "navigate", to);
  await expect(frame(page).getByRole("heading", { level: 1 })).toHaveText(invoice);
  await expect(frame(page).locator("html")).toHaveAttribute("data-same-document", "yes");
  await settled(page);
});

test("usage begins where it is told to, goes where it is led, and stays there when it is loaded anew", async ({ page, demo }) => {
  await mount(page, demo, { url: await demo.embedUrl(LARGE, "usage"), to: "?window=60" });
  const range = (days: number) => frame(page).locator(`[data-range="${days}"]`);
  await expect(range(60)).toHaveAttribute("aria-current", "page");
  await hydrated(frame(page));
  await call(page, "navigate", "?window=90");
  await expect(range(90)).toHaveAttribute("aria-current", "page");
  await hydrated(frame(page));
  await range(30).click();
  await expect.poll(async () => (await heard(page, "navigate")).at(-1)?.to).toBe("?window=30");
  await call(page, "refresh");
  await expect.poll(async () => (await heard(page, "ready")).length).toBe(3);
  await expect(range(30)).toHaveAttribute("aria-current", "page");
  await settled(page);
});

/** Answers the next request for figures as to a token that has expired; all of their tokens. */
async function endSession(page: Page): Promise<string[]> {
  const tokens: string[] = [];
  await page.route("**/dashboards/usage?*", (route) => {
    tokens.push(route.request().headers().authorization!);
    return tokens.length > 1 ? route.continue() : route.fulfill({ status: 401, contentType: "application/json", body: "{}" });
  });
  return tokens;
}

/** Makes a choice for which the dashboard asks the server. */
async function splitByRegion(page: Page): Promise<void> {
  await frame(page).getByText("Group by").first().click();
  await frame(page).getByRole("navigation", { name: "Group by" }).getByRole("link").nth(1).click();
}

test("a session that has ended goes on by a URL of the host, and nothing is lost", async ({ page, demo }) => {
  const reasons: unknown[] = [];
  await page.exposeFunction("newUrl", (need: { reason: string }) => {
    reasons.push(need.reason);
    return demo.embedUrl(GROUPED, "usage");
  });
  await mount(page, demo, { fetchUrl: "newUrl" });
  await hydrated(frame(page));
  await frame(page).locator("html").evaluate((html) => html.setAttribute("data-same-document", "yes"));
  await frame(page).locator('[data-range="60"]').click();
  const tokens = await endSession(page);
  await splitByRegion(page);
  await expect.poll(async () => (await heard(page, "navigate")).at(-1)?.to).toMatch(/window=60&group=/);
  expect(reasons).toEqual(["mount", "expiring"]);
  expect(tokens).toHaveLength(2);
  expect(tokens[1]).not.toBe(tokens[0]);
  for (const type of ["expiring", "renewed"]) expect(await heard(page, type)).toHaveLength(1);
  await expect(frame(page).getByText("This link has expired")).toHaveCount(0);
  await expect(frame(page).locator("html")).toHaveAttribute("data-same-document", "yes");
});

test("a revoked session goes on only by a URL that the host makes after it", async ({ page, demo }) => {
  const urls: string[] = [];
  await page.exposeFunction("newUrl", async () => {
    const body = { customer_id: demo.customer(GROUPED), dashboard: "usage" };
    const { url, url_id } = (await demo.api("POST", "/v1/dashboards/getEmbeddableUrl", body)).data;
    urls.push(url_id);
    return url;
  });
  const opened = async () => {
    const list = await demo.api("GET", `/v1/dashboards/sessions?limit=100&customer_id=${demo.customer(GROUPED)}`);
    return list.data.filter((one: { url_id: string }) => urls.includes(one.url_id));
  };
  await mount(page, demo, { fetchUrl: "newUrl" });
  await hydrated(frame(page));
  const [first, ...others] = await opened();
  expect(others).toEqual([]);
  expect((await demo.api("POST", "/v1/dashboards/revoke", { session_id: first.id })).data.revoked_sessions).toBe(1);
  expect(await opened()).toEqual([]);
  await frame(page).locator('[data-range="60"]').click();
  await splitByRegion(page);
  await expect.poll(async () => (await heard(page, "navigate")).at(-1)?.to).toMatch(/window=60&group=/);
  for (const type of ["expiring", "renewed"]) expect(await heard(page, type)).toHaveLength(1);
  expect((await opened()).map((one: { url_id: string }) => one.url_id)).toEqual([urls[1]]);
});

test("a session goes on by no URL of another customer", async ({ page, demo }) => {
  let customer = GROUPED;
  await page.exposeFunction("newUrl", () => demo.embedUrl(customer, "usage"));
  await mount(page, demo, { fetchUrl: "newUrl" });
  await hydrated(frame(page));
  customer = LARGE;
  await endSession(page);
  await splitByRegion(page);
  await expect(frame(page).getByText("This link has expired")).toBeVisible();
  const codes = (await heard(page, "error")).map(({ code }) => code);
  expect(codes).toEqual(["renewal-failed", "session-expired"]);
});

test("a host that refuses a URL leaves what was shown, and the dashboard says that it has expired", async ({ page, demo }) => {
  let asked = 0;
  await page.exposeFunction("newUrl", () => {
    if (asked++ > 0) throw new Error("signed out");
    return demo.embedUrl(GROUPED, "usage");
  });
  await mount(page, demo, { fetchUrl: "newUrl" });
  await hydrated(frame(page));
  const charts = await frame(page).locator("[data-chart]").count();
  await endSession(page);
  await splitByRegion(page);
  await expect(frame(page).getByText("This link has expired")).toBeVisible();
  await expect(frame(page).locator("[data-chart]")).toHaveCount(charts);
  const codes = (await heard(page, "error")).map(({ code }) => code);
  expect(codes).toEqual(["url-refused", "renewal-failed", "session-expired"]);
});

test("a page that is refused tells the host why, and is as high as what it says", async ({ page, demo }) => {
  await mount(page, demo, { url: `${demo.info.url}/embed/usage` });
  await expect(frame(page).getByRole("heading", { name: "This page cannot reload itself" })).toBeVisible();
  await expect.poll(() => heard(page, "error")).toEqual([{ inlay: 1, type: "error", code: "missing-token" }]);
  expect(await settled(page)).toBeLessThan(400);
});

test("what is no URL says so in place of the dashboard, which can be tried again", async ({ page, demo }) => {
  await mount(page, demo, { url: "soon" });
  const message = page.getByRole("alert");
  await expect(message).toContainText("This dashboard could not be loaded.");
  expect((await heard(page, "error"))[0]).toMatchObject({ code: "bad-url" });
  const url = await demo.embedUrl(LARGE, "usage");
  await call(page, "update", { url });
  await expect(frame(page).getByRole("heading", { level: 1 })).toHaveText("Usage");
  await expect(message).toHaveCount(0);
});

test("it leaves nothing behind, as an element of a classic script too", async ({ page, demo }) => {
  await openHost(page, demo);
  await page.addScriptTag({ url: `${demo.info.url}/embed.classic.js` });
  const url = await demo.embedUrl(LARGE, "usage");
  await page.evaluate((url) => {
    document.querySelector("#place")!.innerHTML = `<inlay-dashboard url="${url}"></inlay-dashboard>`;
  }, url);
  await hydrated(frame(page));
  await settled(page);
  await page.evaluate(() => (document.querySelector("inlay-dashboard") as unknown as Host["element"]).destroy!());
  await expect.poll(() => page.frames().length).toBe(1);
  expect(await page.evaluate(() => document.querySelector("#place")!.childElementCount)).toBe(0);
  expect(await page.evaluate(() => Object.keys((window as any).Inlay))).toEqual(["InlayDashboard", "mount"]);
});

test("a page whose origin is not allowed hears nothing and is not obeyed", async ({ page, demo, watch }) => {
  await page.context().grantPermissions(["local-network-access"]);
  const url = await demo.embedUrl(LARGE, "usage");
  // As if the browser knew no frame-ancestors.
  await page.route("**/embed/usage?*", async (route) => {
    const response = await route.fetch();
    const { "content-security-policy": _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
  for (const name of ["", `inlay:${new URL(demo.info.portal_url).origin}`, "inlay:http://stranger.test"]) {
    const body = `<!doctype html><script>
      heard = [];
      addEventListener("message", ({ data }) => heard.push(data));
    </script><iframe name="${name}" src="${url}" width="1000" height="800"></iframe>`;
    await page.route("http://stranger.test/", (route) => route.fulfill({ contentType: "text/html", body }));
    await page.goto("http://stranger.test/");
    const inside = page.frameLocator("iframe");
    await hydrated(inside);
    await page.evaluate((url) => {
      const all = { inlay: 1, to: "?window=90", url, color_scheme: "dark", color_overrides: [], transparent: true };
      for (const type of ["hello", "theme", "navigate", "renew", "refresh"])
        window.frames[0]!.postMessage({ ...all, type }, "*");
    }, url);
    // What the reader does comes after the messages, and is what the host would be told.
    await inside.locator('[data-range="60"]').click();
    await expect(inside.locator('[data-range="60"]')).toHaveAttribute("aria-current", "page");
    await expect(inside.locator("html")).toHaveAttribute("data-scheme", "light");
    expect(await page.evaluate(() => (window as unknown as Host).heard), name).toEqual([]);
    await page.unroute("http://stranger.test/");
  }
  watch.errors.length = 0;
  watch.strangers.length = 0;
});
