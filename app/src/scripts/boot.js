// Starts the app once the page is painted: it takes over what the server has drawn.
requestAnimationFrame(() => setTimeout(async () => {
  const app = await import("SCRIPT");
  await app.default({ module_or_path: "WASM" });
  app.hydrate();
  const island = document.querySelector("leptos-island");
  app[island.dataset.component](island);
  document.documentElement.dataset.hydrated = "";
  performance.mark("wasm-ready");
}));
