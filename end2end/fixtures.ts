// What every spec needs: the demo under test, embed URLs from the API, the portal with a dashboard in its frame, and a
// watch over every page: no console error, no request to anybody else.
import { test as base, expect, type FrameLocator, type Page } from "@playwright/test";
import { demoInfo, type DemoInfo } from "./setup";

export { expect };

/** The customers by what they are here for. */
export const LARGE = "lumen-robotics";
export const SMALL = "tidepool-notes";
export const GROUPED = "atlas-maps";
export const ZERO = "quiet-harbor";
export const ENDED = "fernway-studio";
export const NEW = "orbit-garden";

/** The vendor's 23 names, in its order. */
export const TOKENS = [
  "Gray_dark", "Gray_medium", "Gray_light", "Gray_extralight", "White", "Primary_medium", "Primary_light",
  "UsageLine_0", "UsageLine_1", "UsageLine_2", "UsageLine_3", "UsageLine_4", "UsageLine_5", "UsageLine_6", "UsageLine_7",
  "UsageLine_8", "UsageLine_9", "Primary_green", "Primary_red", "Progress_bar", "Progress_bar_background", "Action", "Action_hover",
] as const;

export const METRICS = ["API requests", "Input tokens", "Output tokens", "GPU seconds", "Active users", "Stored gigabytes"];

type Dashboard = "invoices" | "usage";
type Wishes = Record<string, unknown>;
type Choice = { customer?: string; view?: Dashboard | "both"; theme?: "light" | "dark" | "brand"; [more: string]: string | undefined };

export class Demo {
  constructor(readonly info: DemoInfo) {}

  customer(slug: string): string {
    const id = this.info.customers[slug];
    if (!id) throw new Error(`the demo has no customer ${slug}`);
    return id;
  }

  /** One call of the API with the demo's token; the answer's JSON. */
  async api(method: "GET" | "POST", path: string, body?: unknown): Promise<any> {
    const response = await fetch(this.info.url + path, {
      method,
      headers: { authorization: `Bearer ${this.info.api_token}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** A fresh embeddable URL. */
  async embedUrl(slug: string, dashboard: Dashboard, wishes: Wishes = {}): Promise<string> {
    const body = { customer_id: this.customer(slug), dashboard, ...wishes };
    return (await this.api("POST", "/v1/dashboards/getEmbeddableUrl", body)).data.url;
  }

  /** The portal's page, on its own origin, with this choice made. */
  portalUrl(choice: Choice = {}): string {
    const hash = new URLSearchParams(Object.entries(choice).filter((entry): entry is [string, string] => entry[1] !== undefined));
    return `${this.info.portal_url.replace(/\/$/, "")}/#${hash}`;
  }

  /** The same metric by the API: exact, as text, over so many days to now. */
  async usage(slug: string, days: number): Promise<Record<string, number>> {
    const midnight = new Date();
    midnight.setUTCHours(0, 0, 0, 0);
    const day = 86_400_000;
    const page = await this.api("POST", "/v1/usage", {
      customer_ids: [this.customer(slug)],
      starting_on: new Date(midnight.getTime() - (days - 1) * day).toISOString(),
      ending_before: new Date(midnight.getTime() + day).toISOString(),
      window_size: "NONE",
    });
    return Object.fromEntries(page.data.map((row: any) => [row.billable_metric_name, row.value ?? 0]));
  }
}

/** A number as the dashboards print it. */
export function printed(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 20 });
}

/** The dashboard inside the portal's iframe. */
export function embedded(page: Page, dashboard: Dashboard): FrameLocator {
  return page.frameLocator(`iframe[name="${dashboard}"]`);
}

/** Holds every .wasm back until the returned function is called: the time in which HTML and CSS are alone. */
export async function holdWasm(page: Page): Promise<() => void> {
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await gate;
    await route.continue();
  });
  return release;
}

/** Waits until the islands answer. */
export async function hydrated(where: Page | FrameLocator): Promise<void> {
  await expect(where.locator("html")).toHaveAttribute("data-hydrated", /.*/, { timeout: 20_000 });
}

/** What a page said on its console and whom it called. */
export type Watch = { errors: string[]; strangers: string[] };

export const test = base.extend<{ demo: Demo; watch: Watch }>({
  demo: async ({}, use) => use(new Demo(demoInfo())),
  // Automatic: every test fails on a console error or a request to a stranger, whatever it is about.
  watch: [
    async ({ context, demo }, use) => {
      const watch: Watch = { errors: [], strangers: [] };
      const known = [demo.info.url, demo.info.portal_url].map((url) => new URL(url).origin);
      const isRefusal = (text: string) => /status of 40[14]/.test(text); // a state that a spec asked for
      // Many frames on a busy machine: the app of each starts after its page is painted, which can take seconds there.
      const isLate = (text: string) => /\.wasm was preloaded using link preload but not used within a few seconds/.test(text);
      context.on("console", (message) => {
        if (["error", "warning"].includes(message.type()) && !isRefusal(message.text()) && !isLate(message.text())) {
          watch.errors.push(message.text());
        }
      });
      context.on("weberror", (error) => watch.errors.push(String(error.error())));
      context.on("request", (request) => {
        const url = new URL(request.url());
        if (/^(https?|wss?):$/.test(url.protocol) && !known.includes(url.origin)) watch.strangers.push(url.href);
      });
      await use(watch);
      expect(watch.errors, "console").toEqual([]);
      expect(watch.strangers, "requests to other origins").toEqual([]);
    },
    { auto: true },
  ],
});
