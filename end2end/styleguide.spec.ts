// The style guide: a changed color reaches both dashboards, contrast is told, and what is copied works.
import AxeBuilder from "@axe-core/playwright";
import { expect, LARGE, test } from "./fixtures";
import type { Page } from "@playwright/test";

const lineOf = (page: Page, sample: string, name: string) =>
  page.frameLocator(`iframe[data-sample="${sample}"]`).locator("html").evaluate(
    (html, name) => getComputedStyle(html).getPropertyValue(`--${name}`).trim(), name,
  );
const hexOf = (page: Page, name: string) => page.getByLabel(`Hex value of ${name}`, { exact: true });

// Every test loads a page of many frames, each a whole dashboard: half a minute on a busy machine.
test.describe.configure({ timeout: 90_000 });

test.beforeEach(async ({ page, demo }) => {
  await page.goto(`${demo.info.url}/styleguide`);
  await expect(hexOf(page, "UsageLine_9")).not.toHaveValue("");
});

test("a changed color reaches both dashboards and nothing else changes", async ({ page }) => {
  const before = await lineOf(page, "invoices", "Gray_dark");
  await hexOf(page, "Action").fill("#b4501a");
  for (const sample of ["invoices", "usage"]) {
    await expect.poll(() => lineOf(page, sample, "Action")).toBe("#b4501a");
    expect(await lineOf(page, sample, "Gray_dark")).toBe(before);
  }
  await page.getByRole("button", { name: "Reset colors" }).click();
  await expect.poll(() => lineOf(page, "invoices", "Action")).not.toBe("#b4501a");
});

test("contrast is computed in the browser as on the server", async ({ page }) => {
  const shown = await page.locator("[data-contrast]").allTextContents();
  const html = await (await page.request.get(page.url())).text();
  const served = [...html.matchAll(/data-contrast[^>]*>([\d.]+)</g)].map((match) => match[1]);
  expect(served.length).toBeGreaterThan(40);
  expect(shown).toEqual(served);
});

test("a pair that fails proposes the nearest color that passes", async ({ page }) => {
  await hexOf(page, "Action").fill("#ff8800");
  const cell = page.locator("[data-pair]", { hasText: "Links and buttons" }).locator('[data-contrast="light"]');
  await expect(cell).toHaveAttribute("data-passes", "false");
  await cell.getByRole("button", { name: /^Use #/ }).click();
  await expect(cell).toHaveAttribute("data-passes", "true");
  await expect(hexOf(page, "Action")).toHaveValue(/^#[0-9a-f]{6}$/);
});

test("the JSON to copy makes a URL with these colors", async ({ page, demo }) => {
  await hexOf(page, "White").fill("#fffaf2");
  await hexOf(page, "UsageLine_0").fill("#9a3b1f");
  const { color_overrides } = JSON.parse((await page.locator("#json").textContent())!);
  expect(color_overrides).toEqual([{ name: "White", value: "#fffaf2" }, { name: "UsageLine_0", value: "#9a3b1f" }]);
  await page.goto(await demo.embedUrl(LARGE, "usage", { color_overrides }));
  await expect(page.locator("body")).toHaveCSS("background-color", "rgb(255, 250, 242)");
});

test("a dark color is laid over the dark scheme", async ({ page }) => {
  await page.getByRole("button", { name: "Dark" }).click();
  await hexOf(page, "Action").fill("#ffcc00");
  const { color_overrides } = JSON.parse((await page.locator("#json").textContent())!);
  expect(color_overrides).toEqual([{ name: "Action", value: "#ffcc00" }]);
  await expect(page.locator("#curl")).toContainText('"color_scheme":"dark"');
});

test("the address keeps the colors", async ({ page }) => {
  await hexOf(page, "Action").fill("#b4501a");
  await page.reload();
  await expect(hexOf(page, "Action")).toHaveValue("#b4501a");
});

test("a frame below the fold loads when it comes near, in the colors of that time", async ({ page }) => {
  test.slow();
  const last = page.locator("iframe").last();
  const isLoaded = () => last.evaluate((frame: HTMLIFrameElement) => frame.contentDocument!.URL !== "about:blank");
  expect(await isLoaded()).toBe(false);
  await page.getByRole("button", { name: "Dark" }).click();
  await hexOf(page, "Action").fill("#ffcc00");
  // The frames above grow as they load, and push it away again.
  const isNear = async () => {
    await last.scrollIntoViewIfNeeded();
    return isLoaded();
  };
  await expect.poll(isNear, { timeout: 30_000 }).toBe(true);
  const sample = (await last.getAttribute("data-sample"))!;
  await expect.poll(() => lineOf(page, sample, "Action")).toBe("#ffcc00");
  await expect(page.frameLocator(`iframe[data-sample="${sample}"]`).locator("html")).toHaveAttribute("data-scheme", "dark");
});

test("for paper every frame is asked for", async ({ page }) => {
  test.slow();
  const asked = new Set<string>();
  page.on("request", (request) => request.url().includes("/styleguide/") && asked.add(request.url()));
  await page.reload();
  const frames = await page.locator("iframe").count();
  expect(asked.size).toBeLessThan(frames);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await expect.poll(() => asked.size, { timeout: 30_000 }).toBe(frames);
});

test("axe finds nothing on the style guide", async ({ page }) => {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).exclude("iframe").analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html).slice(0, 3)])).toEqual([]);
});
