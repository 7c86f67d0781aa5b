//! What Inlay shows: the dashboards, drawn on the server and again in the browser.
//!
//! In reading order: [`usage`] is one dashboard, from what is asked to what is drawn, [`invoices`] the other; [`chart`]
//! turns numbers into marks; [`number`] and [`day`] are what the browser calculates with; [`session`], `api`, [`url`]
//! and `place` serve an open page: its tokens, requests, address, focus and scroll position. With the feature `ssr` there
//! is more, for the server alone: the billing types, view models and the document around a page.

// The component macro writes `pub` props and functions whatever the visibility of their module.
#![allow(unreachable_pub)]

#[cfg(feature = "hydrate")]
mod api;
#[cfg(feature = "ssr")]
pub mod billing;
pub mod chart;
pub mod components;
pub mod day;
#[cfg(feature = "ssr")]
pub mod embed;
pub mod fresh;
#[cfg(feature = "invoices")]
pub mod invoices;
pub mod markup;
pub mod number;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "hydrate")]
pub mod place;
pub mod props;
pub mod session;
pub mod url;
#[cfg(feature = "usage")]
pub mod usage;
#[cfg(feature = "ssr")]
pub mod view;
