// The API reference: readable at every width and in both schemes, by links alone.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { demoInfo } from "./setup";

for (const width of [360, 768, 1280])
  test(`fits ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${demoInfo().url}/docs`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });

for (const colorScheme of ["light", "dark"] as const)
  test(`axe finds nothing: ${colorScheme}`, async ({ page }) => {
    // The page holds every call.
    test.setTimeout(180_000);
    await page.emulateMedia({ colorScheme });
    await page.goto(`${demoInfo().url}/docs`);
    const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  });

test("the list of contents leads to a call without a script", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${demoInfo().url}/docs`);
  await page.getByRole("navigation").getByRole("link", { name: "Send usage events" }).click();
  await expect(page).toHaveURL(/#usage\.ingest$/);
  await expect(page.getByRole("heading", { name: "Send usage events" })).toBeInViewport();
  await context.close();
});

test("where it is narrow, the list of contents opens above the text", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  await page.goto(`${demoInfo().url}/docs`);
  await page.getByText("Contents", { exact: true }).click();
  await page.getByRole("navigation").getByRole("link", { name: "List a customer's invoices" }).click();
  await expect(page.getByRole("heading", { name: "List a customer's invoices" })).toBeInViewport();
});
