//! Calls of the server from the browser: JSON and files, with the session's token in a header and in no address.

use leptos::prelude::*;
use miniserde::Deserialize;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestInit, Response};

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The session has ended.
    Expired,
    /// What was asked for is not there.
    Missing,
    /// There is no connection, or the server cannot answer now.
    Unreachable,
}

/// What the API answers with.
#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

/// Asks for JSON of the API.
///
/// # Errors
/// When the session has ended, or nothing came back.
pub async fn get<T: Deserialize>(token: RwSignal<String>, path: &str) -> Result<T, Failure> {
    read::<Data<T>>(call(token, "GET", path).await?).map(|answer| answer.data)
}

/// Posts nothing and reads JSON.
///
/// # Errors
/// When the session has ended, or nothing came back.
pub async fn post<T: Deserialize>(token: RwSignal<String>, path: &str) -> Result<T, Failure> {
    read(call(token, "POST", path).await?)
}

/// An answer that this version of the app cannot read comes of a newer server: the page is loaded anew.
fn read<T: Deserialize>(text: String) -> Result<T, Failure> {
    miniserde::json::from_str(&text).map_err(|_| {
        let _ = window().location().reload();
        Failure::Unreachable
    })
}

/// Asks for a file: what it holds, and its name.
///
/// # Errors
/// When the session has ended, or nothing came back.
#[cfg(feature = "invoices")]
pub async fn file(token: RwSignal<String>, path: &str) -> Result<(web_sys::Blob, String), Failure> {
    let response = answer(token, "GET", path).await?;
    let named = response.headers().get("content-disposition").ok().flatten().unwrap_or_default();
    let name = named.split('"').nth(1).unwrap_or_default().to_owned();
    let blob = response.blob().map_err(|_| Failure::Unreachable)?;
    let blob = JsFuture::from(blob).await.map_err(|_| Failure::Unreachable)?;
    Ok((blob.unchecked_into(), name))
}

async fn call(token: RwSignal<String>, method: &str, path: &str) -> Result<String, Failure> {
    let text = answer(token, method, path).await?.text().map_err(|_| Failure::Unreachable)?;
    let text = JsFuture::from(text).await.map_err(|_| Failure::Unreachable)?;
    text.as_string().ok_or(Failure::Unreachable)
}

/// A good answer.
async fn answer(token: RwSignal<String>, method: &str, path: &str) -> Result<Response, Failure> {
    let response = send(token, method, path).await.ok_or(Failure::Unreachable)?;
    match response.status() {
        200 => Ok(response),
        401 => Err(Failure::Expired),
        404 => Err(Failure::Missing),
        _ => Err(Failure::Unreachable),
    }
}

async fn send(token: RwSignal<String>, method: &str, path: &str) -> Option<Response> {
    let options = RequestInit::new();
    options.set_method(method);
    let request = Request::new_with_str_and_init(path, &options).ok()?;
    let token = token.with_untracked(|token| format!("Bearer {token}"));
    request.headers().set("authorization", &token).ok()?;
    JsFuture::from(window().fetch_with_request(&request)).await.ok()?.dyn_into().ok()
}
