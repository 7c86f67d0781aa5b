// WCAG 2.2 AA by axe, on both dashboards, in both schemes, with an invoice and a data table open.
import AxeBuilder from "@axe-core/playwright";
import { expect, hydrated, LARGE, NEW, test } from "./fixtures";

for (const scheme of ["light", "dark"])
  for (const dashboard of ["invoices", "usage"] as const)
    for (const [who, slug] of [["large", LARGE], ["brand-new", NEW]] as const)
      test(`axe finds nothing: ${dashboard}, ${scheme}, ${who} customer`, async ({ page, demo }) => {
        await page.goto(await demo.embedUrl(slug, dashboard, { color_scheme: scheme }));
        if (slug === LARGE) {
          await hydrated(page);
          for (const opener of (await page.locator("summary").all()).slice(0, 2)) await opener.click();
          if (dashboard === "invoices") {
            await page.locator("a.row").first().click();
            await expect(page.locator("div.invoice table")).toBeVisible();
          }
        }
        const { violations } = await new AxeBuilder({ page })
          .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
          .analyze();
        expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html).slice(0, 3)])).toEqual([]);
      });

test("the expired page is accessible as well", async ({ page, demo }) => {
  await page.goto(`${demo.info.url}/embed/usage?token=nothing`);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
});
