// Every page and state that the style guide shows, with data that never change: what axe finds, whether anything
// scrolls sideways or is cut at 200 % zoom, and what a screen reader reads.
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { type Demo, expect, holdWasm, hydrated, test } from "./fixtures";

// One page after the other; the machine may be slow. To trace them would take longer than to look at them.
test.describe.configure({ timeout: 120_000 });
// Without motion, a changed scheme is there at once.
test.use({ trace: "off", contextOptions: { reducedMotion: "reduce" } });

/** The samples are shared by so many tests, that several run at once. */
const PARTS = [1, 2, 3];

/** The addresses of a part of the samples by their names, read from the guide. */
async function samples(demo: Demo, part: number): Promise<[string, string][]> {
  const guide = await (await fetch(`${demo.info.url}/styleguide`)).text();
  const names = [...guide.matchAll(/data-sample="([^"]+)"/g)].map(([, name]) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(20);
  const own = names.filter((_, index) => index % PARTS.length === part - 1);
  return own.map((name) => [name, `${demo.info.url}/styleguide/${name}`]);
}

/** Opens what folds. Tables of days are all alike: of a page's, the first is enough. */
const open = (page: Page) =>
  page.evaluate(() => {
    for (const one of document.querySelectorAll("details:not(.data)")) (one as HTMLDetailsElement).open = true;
    const table = document.querySelector("details.data");
    if (table) (table as HTMLDetailsElement).open = true;
  });

for (const part of PARTS) {
  for (const [scheme, width] of [["light", 320], ["dark", 1280]] as const)
    test(`axe finds nothing on any sample: ${scheme}, ${width} px, part ${part}`, async ({ page, demo }) => {
      await page.setViewportSize({ width, height: 800 });
      const found: unknown[] = [];
      for (const [name, url] of await samples(demo, part)) {
        await page.goto(url);
        await page.locator("html").evaluate((html, scheme) => (html.dataset.scheme = scheme), scheme);
        await open(page);
        const { violations } = await new AxeBuilder({ page })
          .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
          .analyze();
        found.push(...violations.map(({ id, nodes }) => [name, id, nodes.map((node) => node.html).slice(0, 3)]));
      }
      expect(found).toEqual([]);
    });

  // 640 and 384 px are 1,280 and 768 px at 200 % zoom
  test(`no sample scrolls sideways at any width, part ${part}`, async ({ page, demo }) => {
    const wide: unknown[] = [];
    for (const [name, url] of await samples(demo, part)) {
      await page.goto(url);
      await open(page);
      for (const width of [320, 360, 384, 480, 640, 768, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const needed = await page.evaluate(() => document.documentElement.scrollWidth);
        if (needed > width) wide.push([name, width, needed]);
      }
    }
    expect(wide).toEqual([]);
  });

  test(`the app takes over every sample as the server drew it, part ${part}`, async ({ page, demo }) => {
    const island = () =>
      page.evaluate(() => {
        const found = document.querySelector("leptos-island");
        const alone = (one: Element) => {
          const copy = one.cloneNode(false) as Element;
          // Rows of invoices open once the app runs, and say so then.
          copy.removeAttribute("aria-expanded");
          return copy.outerHTML;
        };
        return found && [...found.querySelectorAll("*")].map(alone);
      });
    for (const [name, url] of await samples(demo, part)) {
      const release = await holdWasm(page);
      await page.goto(url);
      const drawn = await island();
      release();
      if (!drawn) continue;
      await hydrated(page);
      expect(await island(), name).toEqual(drawn);
      await page.unroute("**/*.wasm");
    }
  });

  test(`a screen reader reads every sample as it was reviewed, part ${part}`, async ({ page, demo }) => {
    for (const [name, url] of await samples(demo, part)) {
      await page.goto(url);
      expect.soft(await page.locator("body").ariaSnapshot()).toMatchSnapshot(`${name}.yml`);
    }
  });
}
