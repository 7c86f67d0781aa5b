//! The browser entry point: registers the islands of `app`.

use wasm_bindgen::prelude::wasm_bindgen;

/// Smaller than the standard one by 0.9 kB of brotli.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Prepares leptos for the islands of this page; the page's script then starts each one.
#[wasm_bindgen]
pub fn hydrate() {
    // What a panic says weighs a kilobyte: readers load none of it.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    // Naming an island keeps the linker from dropping its export.
    #[cfg(feature = "invoices")]
    let _ = app::invoices::InvoicesDashboard;
    #[cfg(feature = "usage")]
    let _ = app::usage::UsageDashboard;
    leptos::mount::hydrate_islands();
}
