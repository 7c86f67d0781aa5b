// Nothing moves while a page loads, and nothing hangs over its edge.
import { expect, hydrated, LARGE, test } from "./fixtures";

test("on a wide page six metrics stand in three columns, as high as their row, their plots in line", async ({ page, demo }) => {
  await page.setViewportSize({ width: 1600, height: 900 });
  await page.goto(await demo.embedUrl(LARGE, "usage"));
  const boxes = (selector: string) =>
    page.locator(selector).evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).map(({ x, y, height }) => ({ x, y, height })));
  for (const all of [await boxes("[data-chart]"), await boxes("[data-chart] .plot")]) {
    expect(new Set(all.map(({ x }) => Math.round(x))).size).toBe(3);
    for (const row of [all.slice(0, 3), all.slice(3)]) {
      expect(new Set(row.map(({ y }) => Math.round(y))).size).toBe(1);
      expect(new Set(row.map(({ height }) => Math.round(height))).size).toBe(1);
    }
  }
  // Invoices stay as narrow as they are read best.
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  expect(await page.locator("main").evaluate((main) => main.clientWidth)).toBeLessThanOrEqual(1008);
});

for (const sample of ["usage-grouped", "usage-grouped-cost", "usage-awkward", "invoice", "invoice-many"])
  test(`${sample}: on paper no column is cut off`, async ({ page, demo }) => {
    // A4 between margins of 14 mm.
    await page.setViewportSize({ width: 688, height: 1000 });
    await page.emulateMedia({ media: "print" });
    await page.goto(`${demo.info.url}/styleguide/${sample}`);
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
    const cut = await page.locator("th, td").evaluateAll((cells) => {
      const shown = cells.filter((cell) => cell.getClientRects().length > 0 && cell.closest("main"));
      return shown.filter((cell) => cell.getBoundingClientRect().right > 688).map((cell) => cell.textContent);
    });
    expect(cut).toEqual([]);
    const names = page.locator("h2").filter({ visible: true });
    for (const name of await names.all()) expect((await name.boundingBox())!.height, await name.innerText()).toBeGreaterThan(10);
    expect(await page.locator("h2").count()).toBe(await names.count());
  });

for (const dashboard of ["invoices", "usage"] as const) {
  test(`${dashboard} loads without a layout shift`, async ({ page, demo }) => {
    // Not by the browser's own sum: under load it paints in the middle of parsing, and what is parsed later moves that.
    await page.addInitScript(() => {
      const boxes = () =>
        [...document.querySelectorAll("main *")].map((one) => {
          const { x, y, width, height } = one.getBoundingClientRect();
          return `${one.nodeName} ${[x, y, width, height].map(Math.round).join(" ")}`;
        });
      Object.assign(window, { boxes });
      document.addEventListener("DOMContentLoaded", () => Object.assign(window, { parsed: boxes() }));
    });
    await page.goto(await demo.embedUrl(LARGE, dashboard));
    await hydrated(page);
    const { parsed, now } = await page.evaluate(() => {
      const { parsed, boxes } = window as unknown as { parsed: string[]; boxes: () => string[] };
      return { parsed, now: boxes() };
    });
    expect(parsed.length).toBeGreaterThan(100);
    expect(now).toEqual(parsed);
  });

  for (const width of [320, 360, 768, 1280])
    test(`${dashboard} fits ${width} px`, async ({ page, demo }) => {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(await demo.embedUrl(LARGE, dashboard));
      for (const opener of (await page.locator("summary").all()).slice(0, 2)) await opener.click();
      if (dashboard === "invoices") {
        await hydrated(page);
        await page.locator("a.row").first().click();
        await expect(page.locator("div.invoice table")).toBeVisible();
      }
      const over = () => page.evaluate(() => {
        const root = document.documentElement;
        const wide = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1
          && one.getBoundingClientRect().width > 1);
        return { by: root.scrollWidth - root.clientWidth, who: root.scrollWidth > root.clientWidth ? wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 90)) : [] };
      });
      expect(await over()).toEqual({ by: 0, who: [] });
    });
}
