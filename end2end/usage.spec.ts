// The usage dashboard: figures, charts, windows and tooltip, before WASM, without it and with it.
import type { Page } from "@playwright/test";
import { embedded, expect, holdWasm, hydrated, GROUPED, LARGE, METRICS, printed, test } from "./fixtures";

/** Other names for a group key and one of its values. */
const NAMED = {
  bm_group_key_overrides: [
    { group_key_name: "region", display_name: "Data center", value_display_names: { "eu-west-1": "Dublin" } },
  ],
};

/** Splits the charts by region, under its other name. */
async function splitByRegion(page: Page) {
  await page.locator("summary", { hasText: "Group by" }).click();
  await page.getByRole("link", { name: "Data center" }).click();
}

/** The card of a metric by its heading: in money, the first card names all metrics. */
function chartOf(page: Page, name: string) {
  return page.locator("[data-chart]", { has: page.getByRole("heading", { name, exact: true }) });
}

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

  test("cumulative, cost and groups are links that keep each other", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(GROUPED, "usage", NAMED));
    await page.getByRole("link", { name: "Cumulative" }).click();
    await splitByRegion(page);
    await page.locator('[data-range="60"]').click();
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject({ window: "60", view: "cumulative", group: "region" });
    const chart = chartOf(page, "Input tokens");
    await expect(chart.locator(".legend li")).not.toHaveCount(0);
    await expect(chart.locator(".legend")).toContainText("Dublin");
    await expect(chart.locator(".legend")).not.toContainText("eu-west-1");
    // Ordered by size.
    const totals = (await chart.locator(".legend .total").allInnerTexts()).map((text) => Number(text.replaceAll(",", "")));
    expect(totals).toEqual([...totals].sort((one, other) => other - one));
    await page.getByRole("link", { name: "Cost", exact: true }).click();
    await expect(chart.locator(".figure strong")).toHaveText(/^\$[\d,]+\.\d\d$/);
  });

  test("cost opens with one chart of everything", async ({ page, demo }) => {
    await page.goto(`${await demo.embedUrl(LARGE, "usage")}&measure=cost`);
    const total = page.locator("[data-chart]").first();
    await expect(total.getByRole("heading")).toHaveText("Metered cost");
    await expect(total.locator(".figure strong")).toHaveText(/^\$[\d,]+\.\d\d$/);
    const hint = total.locator(".hint").filter({ visible: true });
    await expect(hint).toContainText("Not shown by day: Active users, Stored gigabytes (billed once a period); Platform fee ");
    await expect(hint).toContainText(/^Not shown .* \(\$[\d,.]+ a billing period\)\. .*cents can differ\.$/);
    const cents = (text: string) => Math.round(Number(text.replace(/[$,]/g, "")) * 100);
    const parts = (await total.locator(".legend .total").allInnerTexts()).map(cents);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts).toEqual([...parts].sort((one, other) => other - one));
    const sum = parts.reduce((one, other) => one + other, 0);
    expect(Math.abs(sum - cents(await total.locator(".figure strong").innerText())), "each is rounded").toBeLessThanOrEqual(parts.length);
    await expect(total.locator(".legend a[href]")).toHaveCount(0);
    const [all, page_] = [await total.boundingBox(), await page.locator(".charts").boundingBox()];
    expect(all!.width).toBeCloseTo(page_!.width, 0);
  });

  test("a metric that is priced by group has a cost by day, and so has each group", async ({ page, demo }) => {
    await page.goto(`${await demo.embedUrl(GROUPED, "usage")}&measure=cost&window=60`);
    await expect(page.getByText("Each group is priced")).toHaveCount(0);
    const chart = chartOf(page, "GPU seconds");
    await expect(chart.locator(".figure strong")).toHaveText(/^\$[\d,]+\.\d\d$/);
    const whole = await chart.locator(".figure strong").innerText();
    await page.goto(`${await demo.embedUrl(GROUPED, "usage")}&measure=cost&window=60&group=region`);
    await expect(chart.locator(".figure strong")).toHaveText(whole);
    await expect(chart.locator(".legend a[href]")).not.toHaveCount(0);
  });

  test("a group is shown alone and then all again", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(GROUPED, "usage", NAMED));
    await splitByRegion(page);
    const chart = page.locator("[data-chart]", { hasText: "Input tokens" });
    const entry = chart.locator(".legend a", { hasText: "Dublin" });
    const total = await entry.locator(".total").innerText();
    await entry.click();
    await expect(chart.locator(".figure strong")).toHaveText(total);
    await expect(entry).toHaveAttribute("aria-current", "true");
    await page.getByRole("link", { name: "Only Dublin: show all again" }).click();
    await expect(chart.locator(".figure strong")).not.toHaveText(total);
  });

  test("the numbers of a chart are also a table", async ({ page, demo }) => {
    await page.goto(await demo.embedUrl(LARGE, "usage"));
    const details = page.locator("[data-chart] details").first();
    await details.locator("summary").click();
    await expect(details.locator("tbody tr")).toHaveCount(30);
  });

  test("lines that mark something say what they mean", async ({ page, demo }) => {
    await page.goto(`${await demo.embedUrl(LARGE, "usage")}&window=90`);
    const labels = page.locator("[data-chart]").first().locator(".axis-x [data-mark]");
    await expect(labels.filter({ hasText: /^[A-Z][a-z]{2} period$/ })).not.toHaveCount(0);
    const [plot, label] = [await page.locator("[data-chart] .area").first().boundingBox(), await labels.first().boundingBox()];
    expect(label!.y + label!.height, "over the head of its line").toBeLessThanOrEqual(plot!.y + 2);
  });
});

test("the first tooltip answers before WASM and the next one after", async ({ page, demo }) => {
  const release = await holdWasm(page);
  await page.goto(await demo.embedUrl(LARGE, "usage"));
  const chart = page.locator("[data-chart]").first();
  const tooltip = chart.locator(".tip").filter({ visible: true });
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

test("a window that is changed in place is what the server draws, whatever was shown before", async ({ page, demo }) => {
  test.setTimeout(90_000);
  // What tells two pages apart besides: when they were drawn, and for whose session.
  const shown = () =>
    page.locator("#usage").evaluate((board) => {
      const copy = board.cloneNode(true) as HTMLElement;
      copy.querySelectorAll(".as-of, .cursor, .tip").forEach((one) => one.remove());
      copy.querySelectorAll("a").forEach((link) => link.setAttribute("href", link.getAttribute("href")!.replace(/token=[^&]*/, "")));
      copy.querySelectorAll("details").forEach((details) => details.removeAttribute("open"));
      return [...copy.querySelectorAll("*")].map((one) => {
        const attributes = [...one.attributes].map(({ name, value }) => `${name}=${value}`);
        return [one.tagName, one.children.length ? "" : one.textContent, ...attributes.sort()].join(" ");
      });
    });
  // Nothing in 30 days, something in 60: what stands in the place of marks comes and goes.
  const day = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  const plan = (await demo.api("GET", "/v1/plans")).data.find((one: { name: string }) => one.name === "Starter");
  const { id } = (await demo.api("POST", "/v1/customers", { name: "Back from a break" })).data;
  await demo.api("POST", `/v1/customers/${id}/plans/add`, { plan_id: plan.id, starting_on: `${day(70).slice(0, 10)}T00:00:00Z` });
  await demo.api("POST", "/v1/ingest", [{
    transaction_id: id, customer_id: id, event_type: "inference_request", timestamp: day(33),
    properties: { input_tokens: "1204", output_tokens: "88", user_id: "u1", region: "eu-west-1" },
  }]);
  const paused = (await demo.api("POST", "/v1/dashboards/getEmbeddableUrl", { customer_id: id, dashboard: "usage" })).data.url;
  const grouped = await demo.embedUrl(GROUPED, "usage", NAMED);
  for (const url of [paused, grouped, `${grouped}&group=region`, `${grouped}&group=region&view=cumulative`]) {
    const drawn: Record<string, string[]> = {};
    for (const days of [90, 60, 30]) {
      await page.goto(`${url}&window=${days}`);
      drawn[days] = await shown();
      if (url === paused) await expect(page.locator(".usage-chart .nothing").filter({ visible: true })).toHaveCount(days === 30 ? 3 : 0);
    }
    await hydrated(page);
    // A table that is closed waits for being opened.
    await page.locator("details.data").evaluateAll((all) => all.forEach((one) => ((one as HTMLDetailsElement).open = true)));
    for (const days of [90, 60, 90, 30, 60]) {
      const area = page.locator("[data-chart] .area").first();
      await area.focus();
      await page.keyboard.press("ArrowLeft");
      await expect(area.locator(".tip")).toContainText(/\d/);
      await page.locator(`[data-range="${days}"]`).click();
      await expect.poll(shown).toEqual(drawn[days]);
    }
  }
});

test("every choice is made in place, by mouse and by keyboard", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(GROUPED, "usage", NAMED));
  await hydrated(page);
  await page.locator("html").evaluate((html) => html.setAttribute("data-same-document", "yes"));
  const chart = page.locator("[data-chart]", { hasText: "Input tokens" });
  await splitByRegion(page);
  await expect(chart.locator(".legend")).toContainText("Dublin");
  // The menu that was used keeps the focus, closed.
  await expect(page.locator("summary", { hasText: "By Data center" })).toBeFocused();
  await expect(page.getByRole("status")).toHaveText("Showing 30 days, by day, by Data center");

  await page.getByRole("link", { name: "Cumulative" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Cumulative" })).toHaveAttribute("aria-current", "page");
  await expect(page.getByRole("link", { name: "Cumulative" })).toBeFocused();
  const entry = chart.locator(".legend a", { hasText: "Dublin" });
  await entry.focus();
  await page.keyboard.press("Enter");
  await expect(entry).toHaveAttribute("aria-current", "true");
  await expect(entry).toBeFocused();
  await expect(page.getByRole("status")).toHaveText("Showing 30 days, cumulative, by Data center, only Dublin");
  await page.locator('[data-range="90"]').click();
  await expect(page.locator('[data-range="90"]')).toHaveAttribute("aria-current", "page");
  await expect(chart.locator(".figure")).toContainText("in 90 days");

  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
    window: "90", view: "cumulative", group: "region", only: "eu-west-1",
  });
  await expect(page.locator("html")).toHaveAttribute("data-same-document", "yes");
});

test("a window that was changed in place is kept by the other choices", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "usage"));
  await hydrated(page);
  await page.locator("[data-chart] summary").first().click();
  await page.locator('[data-range="60"]').click();
  await expect(page.locator("[data-chart] tbody").first().locator("tr")).toHaveCount(60);
  await expect(page.locator("[data-chart] details").first()).toHaveAttribute("open", "");
  await page.getByRole("link", { name: "Cost", exact: true }).click();
  await expect(page.locator("[data-chart] .figure").first()).toContainText("in 60 days");
  await expect(page.locator("[data-chart] .figure").first()).toContainText("$");
});

test("a choice that cannot be loaded says so and keeps what is shown", async ({ page, demo, watch }) => {
  await page.goto(await demo.embedUrl(GROUPED, "usage", NAMED));
  await hydrated(page);
  await page.context().setOffline(true);
  await splitByRegion(page);
  await expect(page.getByRole("status")).toHaveText("That could not be loaded. Try again in a moment.");
  await expect(page.locator("[data-chart]")).toHaveCount(4);
  await page.context().setOffline(false);
  await splitByRegion(page);
  await expect(page.locator("summary", { hasText: "By Data center" })).toBeVisible();
  await expect(page.locator("[data-chart] .legend").first()).toContainText("Dublin");
  watch.errors.length = 0; // the browser's own word about the network
});

test("what the page holds is drawn in the browser, without a connection", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "usage"));
  await hydrated(page);
  expect(await page.locator("template").count(), "nothing is drawn in advance").toBe(0);
  const asked: string[] = [];
  // The browser looks for its icon at each new address.
  page.on("request", (request) => request.url().endsWith("/favicon.svg") || asked.push(request.url()));
  await page.context().setOffline(true);
  const drawn = page.locator("[data-chart] svg path.line:not(.today)");
  const lines = () => drawn.evaluateAll((all) => all.map((path) => path.getAttribute("d")));
  const figures = () => page.locator("[data-chart] .figure strong").allInnerTexts();
  const [before, totals] = [await lines(), await figures()];
  await page.locator('[data-range="90"]').click();
  const usage = await demo.usage(LARGE, 90);
  for (const name of ["Input tokens", "API requests", "Output tokens", "Active users"])
    await expect(page.locator("[data-chart]", { hasText: name }).locator(".figure strong")).toHaveText(printed(usage[name]!));
  const after = await lines();
  expect(after).toHaveLength(METRICS.length);
  after.forEach((path, at) => expect(path, METRICS[at]).not.toBe(before[at]));
  await page.getByRole("link", { name: "Cumulative" }).click();
  await expect.poll(async () => (await lines())[0]).not.toBe(after[0]);
  await page.getByRole("link", { name: "Cost", exact: true }).click();
  await expect(page.locator("[data-chart] .figure strong").first()).toHaveText(/^\$/);
  for (const name of ["Quantity", "Daily"]) await page.getByRole("link", { name }).click();
  await page.locator('[data-range="30"]').click();
  await expect.poll(figures).toEqual(totals);
  expect(await lines()).toEqual(before);
  expect(asked).toEqual([]);
});

test("a choice that is made while another one loads changes that one", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(GROUPED, "usage", NAMED));
  await hydrated(page);
  const chart = page.locator("[data-chart]", { hasText: "Input tokens" });
  await splitByRegion(page);
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/dashboards/usage?*", async (route) => (await held, route.continue()));
  await page.locator('[data-range="60"]').click();
  await page.getByRole("link", { name: "Cumulative" }).click();
  await expect(chart.locator(".figure")).toContainText("in 30 days");
  answer();
  await expect(chart.locator(".figure")).toContainText("in 60 days");
  await expect(page.getByRole("link", { name: "Cumulative" })).toHaveAttribute("aria-current", "page");
});

test("the app is in the WASM: it needs no script of the page but the one that starts it", async ({ page, demo }) => {
  await page.route("**/embed/usage?*", async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    const scripts = [...html.matchAll(/<script(?![^>]*json)[^>]*>([^]*?)<\/script>/g)].map(([, text]) => text!);
    expect(scripts.join("").length, "inline script in all").toBeLessThanOrEqual(2_048);
    const tooltip = scripts.filter((script) => script.includes("pointermove"));
    expect(tooltip).toHaveLength(1);
    await route.fulfill({ response, body: html.replace(tooltip[0]!, "") });
  });
  await page.goto(await demo.embedUrl(GROUPED, "usage", NAMED));
  await hydrated(page);
  await page.locator("html").evaluate((html) => html.setAttribute("data-same-document", "yes"));
  const chart = page.locator("[data-chart]", { hasText: "Input tokens" });
  await splitByRegion(page);
  await chart.locator(".legend a", { hasText: "Dublin" }).click();
  await page.locator('[data-range="60"]').click();
  await page.getByRole("link", { name: "Cumulative" }).click();
  await expect(chart.locator(".figure")).toContainText("in 60 days");
  await chart.locator("div.area").focus();
  await page.keyboard.press("ArrowLeft");
  await expect(chart.locator(".tip")).toHaveText(/\d/);
  await expect(page.locator("html")).toHaveAttribute("data-same-document", "yes");
});

test("arrow keys walk the days with WASM", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(LARGE, "usage"));
  await hydrated(page);
  const chart = page.locator("[data-chart]").first();
  const tooltip = chart.locator(".tip").filter({ visible: true });
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
