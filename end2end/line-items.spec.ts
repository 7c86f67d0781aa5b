// The tables of line items: what opens says so, columns stand one under the other, and nothing is cut off.
import type { Page } from "@playwright/test";
import { type Demo, expect, hydrated, LARGE, test } from "./fixtures";

const DOLLARS = "2714e483-4ff1-48e4-9e25-ac732e8f24f2";

/** A customer whose invoices are hard to set: long names, and figures of dozens of digits. */
async function hostile(demo: Demo): Promise<string> {
  const post = async (path: string, body: unknown) => (await demo.api("POST", path, body)).data.id as string;
  const names = ["Inference of large language models over several regions", "arn:aws:sagemaker:eu-central-1:123456789012:endpoint/x"];
  const products = await Promise.all(names.map((name) => post("/v1/products/create", { name })));
  const charge = (product: number, name: string, quantity: number, ...values: number[]) => ({
    product_id: products[product], name, quantity, charge_type: "fixed", credit_type_id: DOLLARS,
    prices: values.map((value, tier) => ({ tier: tier * 1_000, value })),
  });
  const charges = [
    charge(0, "Input tokens", 4_151_367_426_125.5, 0.000123456789),
    charge(0, "Output tokens", 151.367426, 98_765.4321),
    charge(0, "Requests", 2_806_042, 0.25, 0.2),
    charge(1, "Seconds", 3_002.996279999999, 12_345_678.9),
    charge(1, "Reserved capacity", 123_456_789_012_345, 1_000),
    charge(1, "Support", 1, 50_000),
  ];
  const plan = await post("/v1/plans/create", { name: "Scale", billing_frequency: "MONTHLY", charges });
  const customer = await post("/v1/customers", { name: "A customer with a name that no line holds" });
  const today = `${new Date().toISOString().slice(0, 8)}01T00:00:00Z`;
  await demo.api("POST", `/v1/customers/${customer}/plans/add`, { plan_id: plan, starting_on: today });
  return (await demo.api("POST", "/v1/dashboards/getEmbeddableUrl", { customer_id: customer, dashboard: "invoices" })).data.url;
}

/** The cells that reach beyond the element around them, or are wider than they show. */
const cut = (page: Page, around: string) =>
  page.locator(around).first().evaluate((box) => {
    const edge = box.getBoundingClientRect().right;
    const cells = [...box.querySelectorAll("th, td")].filter((cell) => cell.getClientRects().length > 0);
    const isCut = (cell: Element) => cell.getBoundingClientRect().right > edge || cell.scrollWidth > cell.clientWidth + 1;
    return { cells: cells.length, cut: cells.filter(isCut).map((cell) => cell.textContent) };
  });

/** The figures that are broken within a group of digits. */
const broken = (page: Page) =>
  page.locator("main").evaluate((main) => {
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    const top = (node: Node, at: number) => {
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      return range.getClientRects()[0]?.top;
    };
    const found: string[] = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent!;
      // Names with digits in them are no figures.
      const figures = [...text.matchAll(/\S+/g)].filter(([word]) => !/[a-z]/i.test(word));
      const places = figures.flatMap(({ 0: word, index }) => Array.from(word, (_, at) => index + at));
      const pairs = places.filter((at) => /^[\d.][\d.]$/.test(text.slice(at, at + 2)));
      if (pairs.some((at) => Math.abs((top(node, at) ?? 0) - (top(node, at + 1) ?? 0)) > 3)) found.push(text);
    }
    return found;
  });

// At 320 px, letters of 32 px leave no room for the fifteen digits behind a point.
for (const [width, letters] of [[320, 16], [420, 32], [481, 16], [600, 16], [760, 32], [1280, 16], [1280, 32]] as const)
  test(`a figure breaks after a separator alone at ${width} px with letters of ${letters} px`, async ({ page, demo }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(await hostile(demo));
    await page.locator("html").evaluate((html, letters) => (html.style.fontSize = `${letters}px`), letters);
    await page.getByText("Line items").filter({ visible: true }).first().click();
    expect(await broken(page)).toEqual([]);
    expect((await cut(page, ".current")).cut).toEqual([]);
    await page.getByRole("link", { name: "Open invoice" }).filter({ visible: true }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Draft invoice");
    await page.locator("html").evaluate((html, letters) => (html.style.fontSize = `${letters}px`), letters);
    expect(await broken(page)).toEqual([]);
    expect((await cut(page, ".sheet")).cut).toEqual([]);
  });

for (const width of [320, 360, 479, 481, 600, 760, 1280])
  test(`no cell of an invoice is cut off at ${width} px`, async ({ page, demo }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(await hostile(demo));
    await page.getByText("Line items").filter({ visible: true }).first().click();
    const inList = await cut(page, ".current");
    expect(inList.cells).toBeGreaterThan(15);
    expect(inList.cut).toEqual([]);
    await page.getByRole("link", { name: "Open invoice" }).filter({ visible: true }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Draft invoice");
    expect((await cut(page, ".sheet")).cut).toEqual([]);
  });

test("the columns of two open rows stand one under the other, and each chevron turns", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  await hydrated(page);
  const rows = page.locator("a.row");
  const turned = (at: number) =>
    rows.nth(at).locator(".period").evaluate((period) => getComputedStyle(period, "::before").rotate);
  expect(await turned(0)).toBe("-45deg");
  for (const at of [0, 1]) await rows.nth(at).click();
  const tables = page.locator("div.invoice table");
  await expect(tables).toHaveCount(2);
  await expect.poll(() => turned(0)).toBe("45deg");
  const edges = (at: number) =>
    tables.nth(at).locator("thead th").evaluateAll((heads) => heads.map((head) => head.getBoundingClientRect().right));
  expect(await edges(0)).toEqual(await edges(1));
});

test("a part of a bill is seen however small, within the bar's ends", async ({ page, demo }) => {
  await page.setViewportSize({ width: 320, height: 800 });
  await page.goto(await demo.embedUrl(LARGE, "invoices"));
  const bar = (await page.locator(".parts-bar").boundingBox())!;
  const time = (await page.locator(".progress").boundingBox())!;
  expect([bar.x, bar.width]).toEqual([time.x, time.width]);
  const parts = await page.locator(".parts-bar svg").evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).map(({ left, right }) => ({ left, right })));
  expect(parts).toHaveLength(await page.locator(".parts li").count());
  for (const { left, right } of parts) expect(right - left).toBeGreaterThanOrEqual(3);
  for (const [at, { left }] of parts.slice(1).entries()) expect(left - parts[at]!.right).toBeCloseTo(2, 1);
  expect(parts.at(-1)!.right).toBeCloseTo(bar.x + bar.width, 1);
});

test("a quantity has six digits after the point on screen, and all of them in its title", async ({ page, demo }) => {
  await page.goto(await hostile(demo));
  await page.getByText("Line items").filter({ visible: true }).first().click();
  const cell = (text: string) => page.locator(".current td").filter({ hasText: text });
  await expect(cell("3,002.99628")).toHaveAttribute("title", "3,002.996279999999");
  for (const short of ["4,151,367,426,125.5", "151.367426"]) await expect(cell(short)).not.toHaveAttribute("title");
});
