// The page around the frame that /docs gives, run as it stands there: its backend, its iframe, its heights.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, hydrated, LARGE, test, type Demo } from "./fixtures";
import type { Page } from "@playwright/test";

/** The first block of this language in the section. */
async function block(page: Page, demo: Demo, language: string): Promise<string> {
  await page.goto(`${demo.info.url}/docs`);
  return page.locator(`#start code.language-${language}`).first().innerText();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** The HTML that the backend of the page answers for this customer. */
async function hosted(page: Page, demo: Demo): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "inlay-host-"));
  const port = await freePort();
  const script = await block(page, demo, "js");
  const customer = /const customer_id = "([^"]+)"/.exec(script)![1]!;
  writeFileSync(join(folder, "page.html"), await block(page, demo, "html"));
  writeFileSync(join(folder, "server.mjs"), script.replace(customer, demo.customer(LARGE)));
  const env = { ...process.env, INLAY_TOKEN: demo.info.api_token, PORT: String(port) };
  const backend = spawn(process.execPath, ["server.mjs"], { cwd: folder, env, stdio: ["ignore", "inherit", "inherit"] });
  try {
    let html = "";
    await expect(async () => {
      html = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    }).toPass({ timeout: 20_000 });
    return html;
  } finally {
    backend.kill();
    await once(backend, "exit");
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Shows a page of the portal's origin, which may frame the dashboards. Chromium takes what a test answers for a page of
 * the internet, and asks whether that may reach this machine. */
async function show(page: Page, demo: Demo, html: string): Promise<void> {
  await page.context().grantPermissions(["local-network-access"]);
  const url = new URL("/hosted", demo.info.portal_url).href;
  await page.route(url, (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: html }));
  await page.goto(url);
}

test("its backend and its page show a dashboard", async ({ page, demo }) => {
  await show(page, demo, await hosted(page, demo));
  const frame = page.frameLocator("iframe");
  await expect(frame.getByRole("heading", { level: 1 })).toHaveText("Usage");
  await expect(frame.locator("[data-chart] svg").first()).toBeVisible();
  await hydrated(frame);
});

test("the sandbox that it names is enough, for downloads too", async ({ page, demo, watch }) => {
  await page.goto(`${demo.info.url}/docs`);
  const row = page.locator("#start tr").filter({ has: page.locator("td:first-child code", { hasText: /^sandbox$/ }) });
  const sandbox = await row.locator("td").nth(1).locator("code").first().innerText();
  const url = await demo.embedUrl(LARGE, "invoices");
  await show(page, demo, `<iframe src="${url}" title="Invoices" sandbox="${sandbox}" width="1000" height="900"></iframe>`);
  const frame = page.frameLocator("iframe");
  await hydrated(frame);
  await frame.locator("a.row").first().click();
  const download = page.waitForEvent("download");
  await frame.getByRole("button", { name: /CSV/ }).filter({ visible: true }).first().click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  // Said of every frame with both of these; it holds for one of the same origin, which this is not.
  watch.errors.splice(0, Infinity, ...watch.errors.filter((text) => !/can escape its sandboxing/.test(text)));
});

for (const width of [360, 768, 1280])
  for (const [column, dashboard] of (["usage", "invoices"] as const).entries())
    test(`the height it gives holds ${dashboard} at ${width} px, and not much more`, async ({ page, demo }) => {
      await page.goto(`${demo.info.url}/docs`);
      const table = page.locator("#start table").filter({ hasText: "Width of the frame" });
      const cell = table.locator("tbody tr").nth(width < 768 ? 2 : width < 1230 ? 1 : 0).locator("td").nth(column + 1);
      const [first, each] = [...(await cell.innerText()).matchAll(/([\d,]+) px/g)].map(([, px]) => Number(px!.replace(",", "")));
      await page.setViewportSize({ width, height: 600 });
      await page.goto(await demo.embedUrl(LARGE, dashboard));
      const charts = await page.locator("[data-chart]").count();
      const rows = dashboard === "usage" ? Math.ceil(charts / (width < 768 ? 1 : width < 1230 ? 2 : 3)) : 0;
      const given = first! + rows * (each ?? 0);
      const needed = await page.evaluate(() => document.documentElement.scrollHeight);
      expect(needed, `${first} + ${rows} × ${each ?? 0}`).toBeLessThanOrEqual(given);
      expect(needed, `${first} + ${rows} × ${each ?? 0}`).toBeGreaterThan(given * 0.8);
    });
