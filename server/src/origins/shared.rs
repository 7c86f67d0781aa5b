//! Domains below which hosts belong to different people, by the public suffix list and by what it does not say.

/// Domains of platforms whose customers have hosts some labels below: the public suffix list names the places, and not
/// what is above them.
const PLATFORMS: [&str; 12] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "azure.com",
    "cdn77.org",
    "fastly.net",
    "linode.com",
    "massivegrid.net",
    "oraclecloud.com",
    "ovh.net",
    "platform.sh",
    "scw.cloud",
    "windows.net",
];

/// Why a wildcard below a domain would stand for hosts of others; `None` where it does not.
pub(super) fn why(domain: &str) -> Option<String> {
    // A rule of the list may name a domain, or whatever is one label below it.
    let below = format!("any.{domain}");
    let whole = |name: &str| {
        let suffix = psl::suffix(name.as_bytes()).filter(|suffix| suffix.as_bytes() == name.as_bytes());
        suffix.and_then(|suffix| suffix.typ())
    };
    let is_private = |name: &str| {
        psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.typ() == Some(psl::Type::Private))
    };
    let platform = PLATFORMS.into_iter().find(|platform| {
        domain.strip_suffix(*platform).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    match (whole(domain).or_else(|| whole(&below)), platform) {
        (Some(psl::Type::Icann), _) => Some(format!("anybody can register names below {domain}")),
        (Some(psl::Type::Private), _) => Some(format!("{domain} is shared by the customers of a platform")),
        (None, Some(_)) if !is_private(domain) => {
            Some(format!("{domain} is shared by the customers of a platform"))
        }
        (None, _) => None,
    }
}
