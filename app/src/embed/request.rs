//! The body of `getEmbeddableUrl`.

use super::{
    Color, ColorScheme, Dashboard, DashboardConfig, DashboardOptions, Invalid, Theme,
    dashboard::DashboardOption,
    group_keys::{GroupKeyNames, GroupKeyOverride},
    no_effect,
    rules::UrlRules,
    theme,
    viewer::{Viewer, ViewerScope},
};
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A request for an embeddable URL. It is valid: parsing refuses what is not.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "Body"))]
#[serde(try_from = "Body")]
pub struct EmbedRequest {
    /// Whose dashboard.
    pub customer_id: Uuid,
    /// What it shows, and how.
    pub config: DashboardConfig,
    /// How long the URL can be opened, in seconds; the server's own choice when absent.
    pub expires_in: Option<u32>,
    /// What is asked for and has no effect, a sentence each.
    pub warnings: Vec<String>,
}

/// The bounds of `expires_in`, in seconds: a minute to a day.
const EXPIRES_IN: std::ops::RangeInclusive<i64> = 60..=86_400;

/// The body as it is sent.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Body {
    /// Whose dashboard.
    customer_id: Uuid,
    /// What it shows.
    #[cfg_attr(feature = "schema", schemars(with = "Dashboard"))]
    dashboard: String,
    /// What of it is shown, each key at most once. All are about invoices or credits: the usage dashboard has none.
    #[serde(default)]
    dashboard_options: Option<Vec<DashboardOption>>,
    /// Colors in place of ours, laid over those of the scheme. A brand needs first: `Action` and `Action_hover`,
    /// `Primary_medium` and `Primary_light`, `UsageLine_0`, `Progress_bar` and `Progress_bar_background`.
    #[serde(default)]
    color_overrides: Option<Vec<ColorOverride>>,
    /// Names for people in place of group keys and their values, of at most 4,096 bytes in all.
    #[serde(default)]
    bm_group_key_overrides: Option<Vec<GroupKeyOverride>>,
    /// Light, dark, or whichever the reader's system has.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<ColorScheme>", extend("default" = "light")))]
    color_scheme: Option<String>,
    /// How long the URL can be opened, in seconds, from 60 to 86,400; as the server is set up when it is left out.
    #[serde(default)]
    expires_in: Option<i64>,
    /// Of the origins that the server allows, those whose pages may frame it, at most 20: exact ones, such as
    /// `https://app.example.com`, or all below a host, `https://*.example.com`. All of them when it is left out.
    #[serde(default)]
    allowed_origins: Option<Vec<String>>,
    /// Whether it opens once: the second time its page says that the link has expired.
    #[serde(default)]
    single_use: bool,
    /// Who will read it, for the audit log, and to list and revoke what they opened; nothing is shown by it, and nothing
    /// hidden.
    #[serde(default)]
    viewer: Option<Viewer>,
    /// Show quantities and shares, and no money: in pages, JSON, PDF and CSV alike.
    #[serde(default)]
    hide_amounts: Option<bool>,
    /// Show only the usage of these billable metrics, 50 at most. Of the usage dashboard alone.
    #[serde(default)]
    metrics: Option<Vec<Uuid>>,
    /// Show only usage with one of these values, by the name of a group key: `{"team": ["blue"]}`. A metric that no group
    /// key tells apart by all of them is not shown. At most 2,048 bytes; of the usage dashboard alone.
    #[serde(default)]
    filters: Option<BTreeMap<String, Vec<String>>>,
}

/// One entry of `color_overrides`; the vendor declares its `name` and `value` optional.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct ColorOverride {
    /// Which color; required.
    #[cfg_attr(feature = "schema", schemars(with = "Option<theme::Token>"))]
    name: Option<String>,
    /// Its value, `#rrggbb` or `#rgb`; required. Of two for one name the last holds.
    value: Option<String>,
    /// `light` or `dark`: only there. In both when it is left out.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["light", "dark", null])))]
    scheme: Option<String>,
}

impl TryFrom<Body> for EmbedRequest {
    type Error = Invalid;

    fn try_from(body: Body) -> Result<Self, Invalid> {
        let dashboard = Dashboard::parse(&body.dashboard)?;
        let sent = body.dashboard_options.unwrap_or_default();
        let options = DashboardOptions::parse(&sent)?;
        let color_scheme = body.color_scheme.as_deref().map(color_scheme).transpose()?.unwrap_or_default();
        let theme = theme(&body.color_overrides.unwrap_or_default())?;
        let group_keys = GroupKeyNames::new(body.bm_group_key_overrides.unwrap_or_default())?;
        let allowed_origins = body.allowed_origins.unwrap_or_default();
        let rules = UrlRules { allowed_origins, single_use: body.single_use };
        let mut warnings = no_effect::options(dashboard, &sent, &options);
        warnings.extend(no_effect::names(&group_keys));
        let viewer = ViewerScope::parse(
            dashboard,
            body.viewer,
            body.hide_amounts.unwrap_or_default(),
            body.metrics,
            body.filters.unwrap_or_default(),
        )?;
        Ok(Self {
            customer_id: body.customer_id,
            config: DashboardConfig { dashboard, options, color_scheme, theme, group_keys, viewer, rules },
            expires_in: body.expires_in.map(expires_in).transpose()?,
            warnings,
        })
    }
}

/// The one of these schemes that a text names.
fn scheme(text: &str, among: &[ColorScheme]) -> Result<ColorScheme, String> {
    among.iter().find(|scheme| scheme.as_str() == text).copied().ok_or_else(|| {
        let names: Vec<_> = among.iter().map(|scheme| scheme.as_str()).collect();
        format!("\"{text}\" is not one of {}", names.join(", "))
    })
}

fn color_scheme(text: &str) -> Result<ColorScheme, Invalid> {
    scheme(text, &[ColorScheme::Light, ColorScheme::Dark, ColorScheme::Auto])
        .map_err(|problem| Invalid::new("color_scheme", problem))
}

fn theme(overrides: &[ColorOverride]) -> Result<Theme, Invalid> {
    let read = overrides.iter().enumerate().map(|(index, entry)| {
        let invalid =
            |field: &str, problem: String| Invalid::new(format!("color_overrides[{index}].{field}"), problem);
        let name = entry.name.as_deref().ok_or_else(|| invalid("name", "is required".to_owned()))?;
        let value = entry.value.as_deref().ok_or_else(|| invalid("value", "is required".to_owned()))?;
        Ok(theme::ColorOverride {
            token: name.parse().map_err(|problem| invalid("name", problem))?,
            color: value.parse::<Color>().map_err(|problem| invalid("value", problem))?,
            scheme: match entry.scheme.as_deref() {
                Some(text) => {
                    scheme(text, ColorScheme::Auto.seen()).map_err(|problem| invalid("scheme", problem))?
                }
                None => ColorScheme::Auto,
            },
        })
    });
    Ok(Theme::new(read.collect::<Result<Vec<_>, Invalid>>()?))
}

fn expires_in(seconds: i64) -> Result<u32, Invalid> {
    u32::try_from(seconds).ok().filter(|_| EXPIRES_IN.contains(&seconds)).ok_or_else(|| {
        let (least, most) = (EXPIRES_IN.start(), EXPIRES_IN.end());
        Invalid::new("expires_in", format!("{seconds} is not a number of seconds from {least} to {most}"))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::{Value, json};

    fn with(field: &str, value: Value) -> Result<EmbedRequest, String> {
        let mut body = json!({ "customer_id": Uuid::from_u128(7), "dashboard": "usage" });
        body[field] = value;
        serde_json::from_value(body).map_err(|error| error.to_string())
    }

    #[test]
    fn the_least_request_has_the_defaults() {
        let request = with("dashboard", json!("invoices")).unwrap();
        assert_eq!(request.customer_id, Uuid::from_u128(7));
        assert_eq!(request.config, DashboardConfig::new(Dashboard::Invoices));
        assert_eq!((request.expires_in, request.warnings), (None, Vec::new()));
    }

    #[test]
    fn every_part_of_a_request_is_kept() {
        let request: EmbedRequest = serde_json::from_value(json!({
            "customer_id": Uuid::from_u128(7),
            "dashboard": "usage",
            "dashboard_options": [{ "key": "hide_voided_invoices", "value": "true" }],
            "color_overrides": [
                { "name": "Gray_dark", "value": "#FFFFFF" },
                { "name": "White", "value": "#000000" },
                { "name": "gray_dark", "value": "#123456" },
                { "name": "Action", "value": "#abc", "scheme": "dark" },
            ],
            "bm_group_key_overrides": [
                { "group_key_name": "tenant_id", "display_name": "Org ID", "value_display_names": { "48ec": "EU" } },
            ],
            "color_scheme": "dark",
            "expires_in": 60,
            "allowed_origins": ["https://app.example.com"],
            "single_use": true,
        }))
        .unwrap();
        let DashboardConfig { options, theme, color_scheme, group_keys, rules, .. } = request.config;
        assert_eq!(
            request.warnings.len(),
            1,
            "the option is not one of this dashboard: {:?}",
            request.warnings
        );
        assert!(options.hide_voided_invoices);
        assert_eq!(
            theme.css(ColorScheme::Dark),
            "@media print{:root{--White:#000000;--Gray_dark:#123456;}}\
             @media screen{:root{--White:#000000;--Gray_dark:#123456;--Action:#aabbcc;}}"
        );
        assert_eq!(color_scheme, ColorScheme::Dark);
        assert_eq!(group_keys.key("tenant_id"), "Org ID");
        assert_eq!(group_keys.value("tenant_id", "48ec"), "EU");
        assert_eq!(request.expires_in, Some(60));
        let allowed_origins = vec!["https://app.example.com".to_owned()];
        assert_eq!(rules, UrlRules { allowed_origins, single_use: true });
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("dashboard", json!("credits"), "dashboard: \"credits\" is not part of Inlay yet"),
            (
                "dashboard",
                json!("commits_and_credits"),
                "dashboard: \"commits_and_credits\" is not part of Inlay yet",
            ),
            ("dashboard", json!("Usage"), "dashboard: \"Usage\" is not one of invoices, usage"),
            (
                "dashboard_options",
                json!([{ "key": "x", "value": "" }]),
                "dashboard_options[0].key: \"x\" is not one of ",
            ),
            (
                "color_overrides",
                json!([{ "name": "Blue", "value": "#123456" }]),
                "color_overrides[0].name: \"Blue\" is not ",
            ),
            (
                "color_overrides",
                json!([{ "name": "White", "value": "#123456" }, { "name": "White", "value": "#12" }]),
                "color_overrides[1].value: \"#12\" is not a hex color",
            ),
            ("color_overrides", json!([{ "name": "White" }]), "color_overrides[0].value: is required"),
            ("color_overrides", json!([{ "value": "#123456" }]), "color_overrides[0].name: is required"),
            (
                "color_overrides",
                json!([{ "name": "White", "value": "#123456", "scheme": "auto" }]),
                "color_overrides[0].scheme: \"auto\" is not one of light, dark",
            ),
            ("color_scheme", json!("black"), "color_scheme: \"black\" is not one of light, dark, auto"),
            ("expires_in", json!(59), "expires_in: 59 is not a number of seconds from 60 to 86400"),
            ("expires_in", json!(-1), "expires_in: -1 is not a number of seconds"),
            (
                "bm_group_key_overrides",
                json!([{ "group_key_name": "" }]),
                "bm_group_key_overrides[0].group_key_name: is empty",
            ),
            (
                "bm_group_key_overrides",
                json!([{ "group_key_name": "a" }, { "group_key_name": "a" }]),
                "bm_group_key_overrides[1].group_key_name: \"a\" is given twice",
            ),
            (
                "bm_group_key_overrides",
                json!([{ "group_key_name": "a", "display_name": "x".repeat(5_000) }]),
                "bm_group_key_overrides: holds 5001 bytes of names; the URL can carry 4096",
            ),
            ("colour_overrides", json!([]), "unknown field `colour_overrides`"),
        ];
        for (field, value, expected) in cases {
            let message = with(field, value).unwrap_err();
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
