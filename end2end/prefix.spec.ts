// Behind a proxy, under a path of a host that serves other things too: everything that a page names is below that path.
import { once } from "node:events";
import { createServer, request as ask } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { expect, GROUPED, hydrated, LARGE, test as base } from "./fixtures";

const PATH = "/billing";

/** A proxy that takes the path away, as nginx and Caddy do in docs/deploy. */
type Behind = {
  /** Where it has the server. */
  url: string;
  /** What it was asked for that is not below the path. */
  lost: string[];
  /** The public address of one of the server's own. */
  of: (url: string) => string;
};

const test = base.extend<{ behind: Behind }>({
  behind: async ({ demo, watch }, use) => {
    const lost: string[] = [];
    const server = createServer((incoming, outgoing) => {
      const { method, headers, url = "" } = incoming;
      if (!url.startsWith(`${PATH}/`)) {
        // What a browser asks for where a document names no icon, as JSON does.
        if (url !== "/favicon.ico") lost.push(url);
        outgoing.writeHead(404).end();
        return;
      }
      const asked = ask(demo.info.url + url.slice(PATH.length), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      });
      asked.on("error", () => outgoing.destroy());
      incoming.pipe(asked);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
    await use({ url, lost, of: (own) => own.replace(demo.info.url, url) });
    server.close();
    server.closeAllConnections();
    expect(lost, "asked for beside the path").toEqual([]);
    // Its origin is none of the suite's; what is below the path is no stranger.
    watch.strangers = watch.strangers.filter((stranger) => !stranger.startsWith(`${url}/`));
  },
});

/** The addresses of a page's links, as the browser resolves them. */
const links = (page: Page) => page.locator("a[href]").evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));

test("usage loads, splits and goes on in place, and each choice is a page of its own", async ({ page, context, demo, behind }) => {
  const wishes = { bm_group_key_overrides: [{ group_key_name: "region", display_name: "Data center" }] };
  await page.goto(behind.of(await demo.embedUrl(GROUPED, "usage", wishes)));
  await hydrated(page);
  await page.locator("summary", { hasText: "Group by" }).click();
  const report = page.waitForResponse((response) => response.url().includes("/dashboards/usage?"));
  await page.getByRole("link", { name: "Data center" }).click();
  expect([(await report).status(), (await report).url().startsWith(`${behind.url}/v1/customers/`)]).toEqual([200, true]);
  await expect(page.locator("[data-chart] .legend").first()).toBeVisible();
  expect(page.url().startsWith(`${behind.url}/embed/usage?`)).toBe(true);
  for (const link of await links(page)) expect(link.startsWith(`${behind.url}/embed/usage?`), link).toBe(true);
  const tab = await context.newPage();
  await tab.goto((await links(page)).find((link) => link.includes("window=90"))!);
  await expect(tab.locator("[data-chart] svg").first()).toBeVisible();
});

test("invoices open, lead back, are saved, and the session is renewed", async ({ page, demo, behind }) => {
  await page.clock.install();
  await page.goto(behind.of(await demo.embedUrl(LARGE, "invoices")));
  await hydrated(page);
  await page.locator("a.row").first().click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "CSV" }).filter({ visible: true }).first().click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^INV-\d+\.csv$/);
  await page.getByRole("link", { name: "Open invoice" }).filter({ visible: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/^INV-/);
  const renewal = page.waitForResponse(`${behind.url}/embed/session`);
  await page.clock.fastForward(9 * 60_000 + 1_000);
  expect((await renewal).status()).toBe(200);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Invoices");
  for (const link of await links(page)) expect(link.startsWith(`${behind.url}/embed/invoices?`), link).toBe(true);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("links and the form of a download stay below the path", async ({ page, demo, behind }) => {
    await page.goto(behind.of(await demo.embedUrl(LARGE, "invoices")));
    await page.locator("a.row").first().click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "PDF" }).filter({ visible: true }).first().click(),
    ]);
    expect(download.url()).toBe(`${behind.url}/embed/invoices/download`);
  });

  test("the reference and its description are there", async ({ page, behind }) => {
    await page.goto(`${behind.url}/docs`);
    const description = await page.getByRole("link", { name: "openapi.json" }).getAttribute("href");
    const answer = await page.request.get(new URL(description!, page.url()).href);
    expect([answer.url(), answer.status()]).toEqual([`${behind.url}/openapi.json`, 200]);
  });
});
