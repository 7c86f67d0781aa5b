// The usage dashboard: figures, charts, windows and tooltip, before WASM, without it and with it.
import { embedded, expect, holdWasm, hydrated, GROUPED, LARGE, METRICS, printed, test } from "./fixtures";

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("every metric has its chart and its total to the last digit", async ({ page, demo }) => {
    const usage = await demo.usage(LARGE, 30);
    await page.goto(await demo.embedUrl(LARGE, "usage"));
    await expect(page.locator("[data-chart]")).toHaveCount(METRICS.length);
    for (const name of METRICS) {
      const chart = page.locator("[data-chart]", { hasText: name });
      await expect(chart.locator("svg path, svg polyline").first()).toBeAttached();
    }
    for (const name of ["API requests", "Input tokens", "Output tokens", "Active users"])
      await expect(page.locator("body")).toContainText(printed(usage[name]!));
  });

  test("30, 60 and 90 days are links", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "usage"));
    await expect(page.locator('[data-range="30"]').first()).toHaveAttribute("aria-current", "page");
    for (const days of [60, 90, 30]) {
      await page.locator(`[data-range="${days}"]`).first().click();
      await expect(page.locator(`[data-range="${days}"]`).first()).toHaveAttribute("aria-current", "page");
      const usage = await demo.usage(LARGE, days);
      await expect(page.locator("body")).toContainText(printed(usage["Input tokens"]!));
    }
  });

  test("the numbers of a chart are also a table", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "usage"));
    const details = page.locator("[data-chart] details").first();
    await details.locator("summary").click();
    await expect(details.locator("tbody tr")).toHaveCount(30);
  });
});

test("the first tooltip answers before WASM and the next one after", async ({ page, demo }) => {
  const release = await holdWasm(page);
  await page.goto(await demo.embedUrl(LARGE, "usage"));
  const chart = page.locator("[data-chart]").first();
  const tooltip = chart.getByRole("tooltip").filter({ visible: true });
  const middle = async () => {
    const box = (await chart.locator("svg").first().boundingBox())!;
    await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  };
  await middle();
  await expect(tooltip).toHaveText(/\d/);
  const early = await tooltip.innerText();
  await expect(page.locator("html")).not.toHaveAttribute("data-hydrated", /.*/);

  await page.mouse.move(1, 1);
  release();
  await hydrated(page);
  await middle();
  await expect(tooltip).toHaveText(/\d/);
  expect((await tooltip.innerText()).replace(/\s+/g, " ")).toBe(early.replace(/\s+/g, " "));
});

test("with WASM the window changes in place", async ({ page, demo }) => {
  await page.goto(demo.portalUrl({ customer: LARGE, view: "usage" }));
  const frame = embedded(page, "usage");
  await hydrated(frame);
  await frame.locator("html").evaluate((html) => html.setAttribute("data-same-document", "yes"));
  for (const days of [90, 60, 30]) {
    const usage = await demo.usage(LARGE, days);
    await frame.locator(`[data-range="${days}"]`).first().click();
    await expect(frame.locator(`[data-range="${days}"]`).first()).toHaveAttribute("aria-current", "page");
    await expect(frame.locator("body")).toContainText(printed(usage["Input tokens"]!));
    await expect(frame.locator("html")).toHaveAttribute("data-same-document", "yes");
  }
});

test("arrow keys walk the days with WASM", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "usage"));
  await hydrated(page);
  const chart = page.locator("[data-chart]").first();
  const tooltip = chart.getByRole("tooltip").filter({ visible: true });
  await chart.locator("[tabindex='0']").first().focus();
  await page.keyboard.press("End");
  await expect(tooltip).toHaveText(/\d/);
  const last = await tooltip.innerText();
  await page.keyboard.press("ArrowLeft");
  await expect(tooltip).not.toHaveText(last);
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => tooltip.innerText()).toBe(last);
});

test("a metric behind a grouped product is shown as the sum over its groups", async ({ page, demo }) => {
  const usage = await demo.usage(GROUPED, 30);
  await page.goto(await demo.embedUrl(GROUPED, "usage"));
  await expect(page.locator("[data-chart]")).toHaveCount(4);
  await expect(page.locator("body")).toContainText(printed(usage["Input tokens"]!));
});
