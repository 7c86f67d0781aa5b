// All groups beside those of a chart: choose the others, search, choose one; without JavaScript and with WASM.
import { expect, hydrated, test, type Demo } from "./fixtures";
import type { Page } from "@playwright/test";

/** The usage dashboard of a customer with tokens in 60 regions, the first of them the largest, one with a name. */
async function inManyRegions(demo: Demo): Promise<string> {
  const plan = (await demo.api("GET", "/v1/plans")).data.find((one: { name: string }) => one.name === "Starter");
  const { id } = (await demo.api("POST", "/v1/customers", { name: "In many regions" })).data;
  const starting_on = `${new Date().toISOString().slice(0, 8)}01T00:00:00Z`;
  await demo.api("POST", `/v1/customers/${id}/plans/add`, { plan_id: plan.id, starting_on });
  const timestamp = new Date().toISOString();
  await demo.api("POST", "/v1/ingest", Array.from({ length: 60 }, (_, at) => ({
    transaction_id: `${id}-${at}`, customer_id: id, event_type: "inference_request", timestamp,
    properties: { input_tokens: String(1_000 - at), output_tokens: "1", user_id: "u1", region: `zone-${String(at).padStart(2, "0")}` },
  })));
  const bm_group_key_overrides = [
    { group_key_name: "region", display_name: "Data center", value_display_names: { "zone-57": "Reykjavík" } },
  ];
  const asked = { customer_id: id, dashboard: "usage", bm_group_key_overrides };
  return (await demo.api("POST", "/v1/dashboards/getEmbeddableUrl", asked)).data.url;
}

const chartOf = (page: Page) => page.locator("[data-chart]", { hasText: "Input tokens" });
const list = (page: Page) => page.locator(".found li a");

/** From the page by region to one that is in no legend. */
async function chooseFromTheOthers(page: Page) {
  await expect(page.locator(".found")).toBeHidden();
  await chartOf(page).locator(".legend a", { hasText: "Other (51)" }).click();
  await expect(list(page)).toHaveCount(50);
  await expect(page.locator(".found")).toContainText("50 of 60 shown");

  const field = page.getByRole("searchbox", { name: "Search by Data center" });
  await field.fill("nowhere");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.locator(".found")).toContainText("No Data center matches");
  await expect(list(page)).toHaveCount(0);

  await field.fill("reyk");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(field).toHaveValue("reyk");
  await expect(list(page)).toHaveText(["Reykjavík"]);
  expect(new URL(page.url()).searchParams.get("find")).toBe("reyk");

  await list(page).click();
  await expect(page.getByRole("link", { name: "Only Reykjavík: show all again" })).toBeVisible();
  await expect(chartOf(page).locator(".figure strong")).toHaveText("943");
  await expect(page.locator(".found")).toBeHidden();
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject({ group: "region", only: "zone-57" });
  expect(new URL(page.url()).searchParams.has("find")).toBe(false);
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a group that is in no legend is searched for and shown alone", async ({ page, demo }) => {
    await page.goto(`${await inManyRegions(demo)}&group=region`);
    await chooseFromTheOthers(page);
  });
});

test("with WASM the list comes in place, and goes with the choice", async ({ page, demo }) => {
  await page.goto(`${await inManyRegions(demo)}&group=region`);
  await hydrated(page);
  await chooseFromTheOthers(page);
  await hydrated(page);
  // All again, then the others once more: what was searched for is forgotten.
  await page.getByRole("link", { name: "Only Reykjavík: show all again" }).click();
  await expect(page.locator(".found")).toBeHidden();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  const others = chartOf(page).locator(".legend a", { hasText: "Other (51)" });
  await others.click();
  await expect(list(page)).toHaveCount(50);
  expect(asked.filter((url) => url.includes("find="))).toHaveLength(1);
  // It is here now: to hide it and show it again asks for nothing.
  await others.click();
  await expect(page.locator(".found")).toBeHidden();
  await others.click();
  await expect(list(page)).toHaveCount(50);
  expect(asked.filter((url) => url.includes("/v1/"))).toHaveLength(1);
});

test("long names wrap, also where the page is narrow", async ({ page, demo }) => {
  await page.setViewportSize({ width: 320, height: 800 });
  await page.goto(`${await inManyRegions(demo)}&group=region&only=~~`);
  await list(page).first().evaluate((link) => (link.textContent = "arn:aws:sagemaker:eu-central-1:123456789012:".repeat(4)));
  const width = await page.locator("html").evaluate((html) => [html.scrollWidth, html.clientWidth]);
  expect(width[0]).toBe(width[1]);
});
