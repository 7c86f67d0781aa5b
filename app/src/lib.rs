//! What Inlay shows: one crate that draws on the server and again in the browser.
//!
//! In reading order: [`billing`] holds the nouns, as they travel in JSON; [`embed`] is what an embed request may say;
//! [`view`] turns billing types into final strings; [`chart`] turns numbers into marks; [`components`] place both;
//! [`pages`] are the dashboards;
//! `samples` shows them with made-up data.

// The component macro writes `pub` props and functions whatever the visibility of their module.
#![allow(unreachable_pub)]

pub mod billing;
pub mod chart;
pub mod components;
pub mod embed;
pub mod pages;
#[cfg(feature = "ssr")]
mod sample_invoices;
#[cfg(feature = "ssr")]
mod sample_usage;
#[cfg(feature = "ssr")]
pub mod samples;
pub mod view;
