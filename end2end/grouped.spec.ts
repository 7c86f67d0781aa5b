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

/** The usage dashboard by region of a customer with machine names, whose order differs from metric to metric. */
async function machines(demo: Demo): Promise<{ url: string; names: string[] }> {
  const plan = (await demo.api("GET", "/v1/plans")).data.find((one: { name: string }) => one.name === "Starter");
  const { id } = (await demo.api("POST", "/v1/customers", { name: "Many machines" })).data;
  const starting_on = `${new Date().toISOString().slice(0, 8)}01T00:00:00Z`;
  await demo.api("POST", `/v1/customers/${id}/plans/add`, { plan_id: plan.id, starting_on });
  const names = Array.from({ length: 9 }, (_, at) => `eu-west-1-production-inference-cluster-machine-004${at}`);
  const timestamp = new Date().toISOString();
  await demo.api("POST", "/v1/ingest", names.map((region, at) => ({
    transaction_id: `${id}-${at}`, customer_id: id, event_type: "inference_request", timestamp,
    properties: { input_tokens: String(1_000 - at), output_tokens: String(100 + at), user_id: "u1", region },
  })));
  const { url } = (await demo.api("POST", "/v1/dashboards/getEmbeddableUrl", { customer_id: id, dashboard: "usage" })).data;
  return { url: `${url}&group=region`, names };
}

for (const width of [360, 1280])
  test(`long names stand on one line each with their ends, and are read whole, at ${width} px`, async ({ page, demo }) => {
    await page.setViewportSize({ width, height: 900 });
    const { url, names } = await machines(demo);
    await page.goto(url);
    await hydrated(page);
    const card = page.locator("[data-chart]", { has: page.getByRole("heading", { name: "Input tokens", exact: true }) });
    const first = card.locator(".legend a").first();
    await expect(first).toHaveAccessibleName(new RegExp(`^${names[0]} 1,000 \\d+%$`));
    await expect(first.locator(".name")).toHaveText(names[0]!, { useInnerText: true });
    await expect(first.locator(".name")).toHaveAttribute("title", names[0]!);
    const area = card.locator("div.area");
    await area.focus();
    await page.keyboard.press("End");
    const tooltip = area.locator(".tip");
    await expect(tooltip).toContainText(names[8]!);
    const [plot, box] = [await area.boundingBox(), await tooltip.boundingBox()];
    expect(box!.x).toBeGreaterThanOrEqual(plot!.x - 1);
    expect(box!.x + box!.width).toBeLessThanOrEqual(plot!.x + plot!.width + 1);
    expect(box!.width).toBeLessThanOrEqual(352);
    for (const rows of [tooltip.locator("> span"), card.locator(".legend .name")])
      for (const height of await rows.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height)))
        expect(height).toBeLessThanOrEqual(17);
    // Where the name is too long its end is laid over its line; where it is not, that lies above what is seen.
    const laid = await first.locator(".name").evaluate((name) => {
      const whole = name.firstElementChild!;
      return { isLong: whole.scrollHeight > name.clientHeight + 1, end: getComputedStyle(name, "::after").content };
    });
    expect(laid.end).toContain("0040");
    if (width === 360) expect(laid.isLong).toBe(true);
  });

test("a group has the same color in every chart, and shares are a hundred percent", async ({ page, demo }) => {
  const { url } = await machines(demo);
  await page.goto(url);
  const legends = await page.locator("[data-chart] .legend").evaluateAll((all) =>
    all.map((legend) => [...legend.querySelectorAll("a")].map((group) => ({
      name: group.querySelector(".name")!.textContent!,
      color: group.querySelector("rect")!.getAttribute("fill")!,
      share: parseInt(group.querySelector(".share")?.textContent ?? "0"),
    }))));
  expect(legends.length).toBeGreaterThan(1);
  const colors = new Map(legends[0]!.map(({ name, color }) => [name, color]));
  expect(new Set(colors.values()).size).toBe(colors.size);
  for (const groups of legends) {
    for (const { name, color } of groups) expect(color, name).toBe(colors.get(name));
    const sum = groups.reduce((sum, { share }) => sum + share, 0);
    expect([0, 100]).toContain(sum);
  }
});
