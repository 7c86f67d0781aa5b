// Groups of a chart are told apart without color: by gaps, by pointing at the legend, in forced colors by patterns.
import { expect, GROUPED, hydrated, LARGE, test, type Demo } from "./fixtures";
import type { Locator, Page } from "@playwright/test";

async function grouped(page: Page, demo: Demo): Promise<Locator> {
  await page.goto(await demo.embedUrl(GROUPED, "usage"));
  await hydrated(page);
  await page.locator("summary", { hasText: "Group by" }).click();
  await page.getByRole("navigation", { name: "Group by" }).getByRole("link").nth(1).click();
  const card = page.locator("[data-chart]").filter({ has: page.locator(".legend li:nth-child(3)") }).first();
  await expect(card.locator(".legend")).toBeVisible();
  return card;
}

const mark = (card: Locator, slot: number) => card.locator(`.area > svg [stroke="var(--UsageLine_${slot})"]`).first();

test("a group that is pointed at in the legend stands out of its chart, and so does one with the focus", async ({ page, demo }) => {
  const card = await grouped(page, demo);
  const links = card.locator(".legend a");
  for (const point of [() => links.nth(1).hover(), () => links.nth(1).focus()]) {
    await expect(mark(card, 0)).toHaveCSS("opacity", "1");
    await page.keyboard.press("Shift"); // the keyboard is in use: its focus is seen
    await point();
    await expect(mark(card, 0)).toHaveCSS("opacity", "0.2");
    await expect(mark(card, 1)).toHaveCSS("opacity", "1");
    await page.mouse.move(0, 0);
    await links.nth(1).blur();
  }
  // Alone it is the only one there is: nothing steps back.
  await links.nth(1).click();
  await expect(card.locator(".legend")).toHaveAttribute("data-alone", "");
  await links.nth(0).hover();
  await expect(mark(card, 1)).toHaveCSS("opacity", "1");
});

test("in forced colors each group has a pattern, the same in the chart and in the legend", async ({ page, demo }) => {
  await page.emulateMedia({ forcedColors: "active" });
  const card = await grouped(page, demo);
  const count = await card.locator(".legend a").count();
  const seen = new Set<string>();
  for (let slot = 0; slot < count; slot++) {
    const dash = await mark(card, slot).evaluate((path) => getComputedStyle(path).strokeDasharray);
    const mask = await card.locator(".legend .swatch").nth(slot).evaluate((swatch) => getComputedStyle(swatch).maskImage);
    expect(mask === "none", `series ${slot}`).toBe(slot === 0);
    expect(dash === "none", `series ${slot}`).toBe(slot === 0);
    seen.add(`${dash} ${mask}`);
  }
  expect(seen.size).toBe(count);
});

test("in forced colors the part of a period that is left has a border", async ({ page, demo }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await expect(page.locator(".progress").first()).toHaveCSS("border-top-style", "solid");
});
