// The server that the other specs rely on is there, with its bundle inside.
import { expect, test } from "@playwright/test";
import { demoInfo } from "./setup";

test("the server is alive and ready", async ({ request }) => {
  const { url } = demoInfo();
  expect((await request.get(`${url}/healthz`)).status()).toBe(200);
  expect((await request.get(`${url}/readyz`)).status()).toBe(200);
});

test("root files are served and nothing else is", async ({ request }) => {
  const { url } = demoInfo();
  const icon = await request.get(`${url}/favicon.svg`);
  expect(icon.status()).toBe(200);
  expect(icon.headers()["content-type"]).toBe("image/svg+xml");
  expect(icon.headers()["content-encoding"]).toBe("br");
  expect((await request.get(`${url}/pkg/nothing.js`)).status()).toBe(404);
});

test("the browser starts", async ({ page }) => {
  await page.setContent("<h1>Inlay</h1>");
  await expect(page.getByRole("heading", { name: "Inlay" })).toBeVisible();
});
