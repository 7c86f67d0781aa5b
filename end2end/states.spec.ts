// The states that are not data: nothing yet, no plan, expired, tampered with.
import { createHmac } from "node:crypto";
import { ENDED, expect, LARGE, NEW, test, ZERO } from "./fixtures";

test("a brand-new customer reads what will appear", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(NEW, "invoices"));
  await expect(page.getByText(/No invoices yet/)).toBeVisible();
  await expect(page.locator("[data-invoice]")).toHaveCount(0);
  await page.goto(await demo.embedUrl(NEW, "usage"));
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[data-chart]")).toHaveCount(0);
  await expect(page.getByText(/plan/i).first()).toBeVisible();
});

test("a customer whose plan ended keeps its invoices and charts, and reads when it ended", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(ENDED, "invoices"));
  await expect(page.locator("[data-invoice]").first()).toContainText("Finalized");
  await expect(page.getByText(/^Plan .* ended on .*\.$/)).toBeVisible();
  await page.goto(await demo.embedUrl(ENDED, "usage"));
  await expect(page.getByText(/^Plan .* ended on .*\.$/)).toBeVisible();
  // It opens where there is something to see.
  await expect(page.locator("[data-chart] .figure strong").filter({ hasText: /[1-9]/ }).first()).toBeVisible();
  await page.getByRole("link", { name: "90 days" }).click();
  await expect(page.locator("[data-chart] .figure strong").filter({ hasText: /[1-9]/ }).first()).toBeVisible();
});

test("a customer without usage sees charts of zero", async ({ page, demo }) => {
  await page.goto(await demo.embedUrl(ZERO, "usage"));
  await expect(page.locator("[data-chart]")).toHaveCount(3);
  await expect(page.locator("[data-chart] svg").first()).toBeVisible();
});

/** The same token, an hour older, signed with the suite's own key: one that has expired. */
function aged(token: string): string {
  const [header, payload] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload!, "base64url").toString());
  for (const name of ["iat", "nbf", "exp"]) if (name in claims) claims[name] -= 3_600;
  const signed = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  const key = Buffer.from(process.env.DEMO_SIGNING_KEY ?? "", "base64");
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

// Where somebody else started the demo (setup.ts), the suite does not know its key, and can make no such link.
const knowsKey = !process.env.DEMO_INFO || Boolean(process.env.DEMO_SIGNING_KEY);
if (knowsKey)
  test("an expired link says so and shows no customer's data", async ({ page, request, demo }) => {
    const url = new URL(await demo.embedUrl(LARGE, "invoices"));
    url.searchParams.set("token", aged(url.searchParams.get("token")!));
    expect((await request.get(url.href)).status()).toBe(401);
    await page.goto(url.href);
    await expect(page.getByRole("heading", { name: "This link has expired" })).toBeVisible();
    await expect(page.getByText("Reload the page around it.").filter({ visible: true })).toBeVisible();
    await expect(page.locator("[data-invoice]")).toHaveCount(0);
    await expect(page.locator("body")).not.toContainText("$");
  });

test("a frame that was reloaded says what is true", async ({ page, request, demo }) => {
  const url = await demo.embedUrl(LARGE, "invoices");
  await page.goto(url);
  await expect.poll(() => page.url()).not.toContain("token");
  const answer = await page.reload();
  expect([answer!.status(), answer!.headers()["x-inlay-refusal"]]).toEqual([401, "missing-token"]);
  await expect(page.getByRole("heading", { name: "This page cannot reload itself" })).toBeVisible();
  await expect(page.getByText("Reload the page around it.")).toBeVisible();
  // The page around it opens the address that it has.
  expect((await request.get(url)).status()).toBe(200);
});

test("a link that was tampered with gets the same answer", async ({ page, request, demo }) => {
  const url = new URL(await demo.embedUrl(LARGE, "usage"));
  const token = url.searchParams.get("token")!;
  const middle = Math.floor(token.length / 2);
  url.searchParams.set("token", token.slice(0, middle) + (token[middle] === "A" ? "B" : "A") + token.slice(middle + 1));
  expect((await request.get(url.href)).status()).toBe(401);
  await page.goto(url.href);
  await expect(page.getByRole("heading", { name: "This link has expired" })).toBeVisible();
  await expect(page.locator("[data-chart]")).toHaveCount(0);
});
