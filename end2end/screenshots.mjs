// Contact sheets: both dashboards, the portal, and every sample of the style guide, in both schemes at three widths, into
// screenshots/.
// A place to look, not a test. Beside a running demo: INLAY_DEMO_INFO=… CHROMIUM=… node screenshots.mjs [part of a name]
import { chromium } from "@playwright/test";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = join(dirname(fileURLToPath(import.meta.url)), "screenshots");
const info = JSON.parse(readFileSync(process.env.INLAY_DEMO_INFO ?? "demo.json", "utf8"));
const part = process.argv[2] ?? "";
mkdirSync(folder, { recursive: true });

async function embedUrl(slug, dashboard, wishes) {
  const response = await fetch(`${info.url}/v1/dashboards/getEmbeddableUrl`, {
    method: "POST",
    headers: { authorization: `Bearer ${info.api_token}`, "content-type": "application/json" },
    body: JSON.stringify({ customer_id: info.customers[slug], dashboard, ...wishes }),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(body.message);
  return body.data.url;
}

const shots = [];
const shot = (name, width, open, act = async () => {}) => shots.push({ name, width, open, act });
const openInvoice = async (page) => page.locator("a.row").first().click();
const hover = async (page) => {
  const box = await page.locator("[data-chart] svg").first().boundingBox();
  if (box) await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2);
};

for (const dashboard of ["invoices", "usage"])
  for (const scheme of ["light", "dark"])
    for (const width of [360, 768, 1280])
      shot(`${dashboard}-${scheme}-${width}`, width, () => embedUrl("lumen-robotics", dashboard, { color_scheme: scheme }),
        dashboard === "invoices" ? openInvoice : hover);
shot("invoices-grouped-1280", 1280, () => embedUrl("atlas-maps", "invoices"), openInvoice);
shot("usage-90-days-1280", 1280, () => embedUrl("lumen-robotics", "usage"), (page) => page.locator('[data-range="90"]').first().click());
shot("state-zero-usage-768", 768, () => embedUrl("quiet-harbor", "usage"));
shot("state-brand-new-invoices-768", 768, () => embedUrl("orbit-garden", "invoices"));
shot("state-brand-new-usage-768", 768, () => embedUrl("orbit-garden", "usage"));
shot("state-ended-768", 768, () => embedUrl("fernway-studio", "usage"));
shot("state-expired-768", 768, async () => `${info.url}/embed/usage?token=nothing`);
for (const theme of ["light", "dark", "brand"])
  shot(`portal-${theme}-1280`, 1280, async () => `${info.portal_url}/#view=both&theme=${theme}`);
shot("portal-360", 360, async () => `${info.portal_url}/#view=usage`);

const guide = await (await fetch(`${info.url}/styleguide`)).text();
const samples = [...guide.matchAll(/data-sample="([^"]+)"/g)].map(([, name]) => name);
for (const scheme of ["light", "dark"])
  for (const sample of samples)
    for (const width of [360, 768, 1280])
      shot(`sample-${scheme}-${sample}-${width}`, width, async () => `${info.url}/styleguide/${sample}`,
        (page) => page.locator("html").evaluate((html, scheme) => (html.dataset.scheme = scheme), scheme));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
const made = [];
for (const { name, width, open, act } of shots.filter(({ name }) => name.includes(part))) {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  page.on("console", (message) => message.type() === "error" && console.log(`${name}: console: ${message.text()}`));
  try {
    await page.goto(await open(), { waitUntil: "networkidle" });
    if (!/^(state|sample)-/.test(name)) await page.locator("html[data-hydrated], iframe").first().waitFor({ timeout: 10_000 });
    await act(page);
    const file = join(folder, `${name}.png`);
    await page.screenshot({ path: file, fullPage: true, animations: "disabled" });
    made.push([name, file]);
  } catch (error) {
    console.log(`${name}: ${String(error).split("\n")[0]}`);
  }
  await page.close();
}

// One picture of all pictures of a kind.
for (const kind of ["dashboards", "sample-light", "sample-dark"]) {
  const pictures = made.filter(([name]) => (name.match(/^sample-(light|dark)/)?.[0] ?? "dashboards") === kind);
  if (pictures.length === 0) continue;
  const sheet = await browser.newPage({ viewport: { width: 1600, height: 900 } });
  const figures = pictures.map(([name, file]) =>
    `<figure><img src="data:image/png;base64,${readFileSync(file).toString("base64")}"><figcaption>${name}</figcaption></figure>`);
  await sheet.setContent(`<style>body{margin:16px;columns:6;gap:16px;background:#889;font:12px sans-serif}
    figure{margin:0 0 16px;break-inside:avoid}img{width:100%;display:block}</style>${figures.join("")}`);
  await sheet.screenshot({ path: join(folder, `sheet-${kind}.png`), fullPage: true });
  await sheet.close();
}
await browser.close();
console.log(`${made.length} of ${shots.filter(({ name }) => name.includes(part)).length} pictures in ${folder}`);
