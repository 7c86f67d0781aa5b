// Colors: both schemes, and overrides that recolor everything they name.
import { embedded, expect, LARGE, test, TOKENS } from "./fixtures";
import type { FrameLocator, Page } from "@playwright/test";

const tokensOf = (where: Page | FrameLocator) =>
  where.locator("html").evaluate(
    (html, names) => Object.fromEntries(names.map((name) => [name, getComputedStyle(html).getPropertyValue(`--${name}`).trim().toLowerCase()])),
    [...TOKENS],
  );
const painted = (where: Page | FrameLocator) => where.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor);
const palette = (high: string) => TOKENS.map((name, index) => ({ name, value: `#${high}${index.toString(16).padStart(2, "0")}7f` }));

test("two themes side by side differ in every named token", async ({ page, context, demo }) => {
  const other = await context.newPage();
  await page.goto(await demo.embedUrl(LARGE, "usage", { color_overrides: palette("1a") }));
  await other.goto(await demo.embedUrl(LARGE, "usage", { color_overrides: palette("e5") }));
  const [one, two] = [await tokensOf(page), await tokensOf(other)];
  for (const [index, name] of TOKENS.entries()) {
    const end = `${index.toString(16).padStart(2, "0")}7f`;
    expect([name, one[name], two[name]]).toEqual([name, `#1a${end}`, `#e5${end}`]);
  }
  expect(await painted(page)).not.toBe(await painted(other));
  const line = (where: Page) => where.locator("[data-chart] svg [stroke*='UsageLine_0']").first().evaluate((mark) => getComputedStyle(mark).stroke);
  expect([await line(page), await line(other)]).toEqual(["rgb(26, 7, 127)", "rgb(229, 7, 127)"]);
});

test("light is the default, dark is asked for, auto follows the reader", async ({ page, demo }) => {
  const [light, dark] = ["rgb(255, 255, 255)", "rgb(20, 22, 27)"];
  await page.emulateMedia({ colorScheme: "dark" });
  for (const [scheme, expected] of [[undefined, light], ["light", light], ["dark", dark], ["auto", dark]] as const) {
    await page.goto(await demo.embedUrl(LARGE, "invoices", scheme ? { color_scheme: scheme } : {}));
    expect([scheme, await painted(page)]).toEqual([scheme, expected]);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await expect.poll(() => painted(page)).toBe(light);
});

test("overrides are laid over the scheme, in both or in one alone", async ({ page, demo }) => {
  const color_overrides = [
    { name: "Action", value: "#ff0000" },
    { name: "Primary_medium", value: "#00aa00", scheme: "light" },
    { name: "Primary_medium", value: "#00ff00", scheme: "dark" },
  ];
  await page.emulateMedia({ colorScheme: "dark" });
  for (const color_scheme of ["dark", "auto"]) {
    await page.goto(await demo.embedUrl(LARGE, "invoices", { color_scheme, color_overrides }));
    expect(await painted(page)).toBe("rgb(20, 22, 27)");
    expect(await tokensOf(page)).toMatchObject({ Action: "#ff0000", Primary_medium: "#00ff00" });
  }
  await page.emulateMedia({ colorScheme: "light" });
  expect(await painted(page)).toBe("rgb(255, 255, 255)");
  expect(await tokensOf(page)).toMatchObject({ Action: "#ff0000", Primary_medium: "#00aa00" });
});

test("the portal's brand theme reaches the dashboard", async ({ page, demo }) => {
  await page.goto(demo.portalUrl({ customer: LARGE, view: "usage", theme: "brand" }));
  const frame = embedded(page, "usage");
  await expect(frame.locator("[data-chart]").first()).toBeVisible();
  expect(await painted(frame)).toBe("rgb(255, 250, 240)");
  expect((await tokensOf(frame)).UsageLine_0).toBe("#9a3b1f");
});
