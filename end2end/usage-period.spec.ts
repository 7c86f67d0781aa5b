// The running billing period as a window of the usage dashboard, without JavaScript and in place.
import { embedded, ENDED, expect, hydrated, LARGE, printed, test } from "./fixtures";

/** The days of the running period of the demo's plans, which bill by calendar month. */
const daysOfPeriod = () => new Date().getUTCDate();

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("this period is a window beside 30, 60 and 90 days", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "usage"));
    const period = page.locator('[data-range="period"]');
    await expect(period).toHaveAttribute("title", /^[A-Z][a-z]{2} 1 – today$/);
    await period.click();
    await expect(page.locator('[data-range="period"]')).toHaveAttribute("aria-current", "page");
    const usage = await demo.usage(LARGE, daysOfPeriod());
    const figure = page.locator("[data-chart]", { hasText: "Input tokens" }).locator(".figure");
    await expect(figure).toContainText(printed(usage["Input tokens"]!));
    await expect(figure).toContainText(/since [A-Z][a-z]{2} 1$/);
    const details = page.locator("[data-chart] details.data").first();
    await details.locator("summary").click();
    await expect(details.locator("tbody tr")).toHaveCount(daysOfPeriod());
  });

  test("a plan that ended has no period to choose, and an address with one shows 30 days", async ({ page, demo }) => {
    await page.goto(`${await demo.embedUrl(ENDED, "usage")}&window=period`);
    await expect(page.locator('[data-range="30"]')).toHaveAttribute("aria-current", "page");
    await expect(page.locator('[data-range="period"]')).toHaveCount(0);
  });
});

test("with WASM the period is shown in place, without a request, as the server draws it", async ({ page, demo }) => {
  const drawn = await page.context().newPage();
  await drawn.goto(`${await demo.embedUrl(LARGE, "usage")}&window=period`);
  const wanted = await drawn.locator(".charts .plot").evaluateAll((plots) => plots.map((plot) => plot.textContent?.replace(/\s+/g, "")));
  await drawn.close();

  await page.goto(demo.portalUrl({ customer: LARGE, view: "usage" }));
  const frame = embedded(page, "usage");
  await hydrated(frame);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await frame.locator('[data-range="period"]').click();
  await expect(frame.locator('[data-range="period"]')).toHaveAttribute("aria-current", "page");
  const usage = await demo.usage(LARGE, daysOfPeriod());
  await expect(frame.locator("[data-chart]", { hasText: "Input tokens" }).locator(".figure")).toContainText(
    printed(usage["Input tokens"]!),
  );
  await expect
    .poll(() => frame.locator(".charts .plot").evaluateAll((plots) => plots.map((plot) => plot.textContent?.replace(/\s+/g, ""))))
    .toEqual(wanted);
  // The keys walk its days, the first of them where the period begins.
  const area = frame.locator("div.area").first();
  await area.focus();
  await page.keyboard.press("Home");
  await expect(area.locator(".tip")).toContainText("Billing period begins");
  expect(asked).toEqual([]);
});
