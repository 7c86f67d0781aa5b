//! Signing keys as they are configured: `kid:base64`, and which of them are too weak to accept.

use base64::engine::GeneralPurposeConfig;
use base64::{Engine, alphabet, engine::DecodePaddingMode, engine::general_purpose::GeneralPurpose};
use std::collections::HashSet;

/// The command that makes a good key.
pub(super) const HOW_TO_MAKE_ONE: &str = r#"export INLAY_SIGNING_KEYS="key1:$(openssl rand -base64 32)""#;

/// The fewest bytes of a key.
const MIN_LENGTH: usize = 32;

/// `kid:base64,kid2:base64`, with either alphabet of base64, padded or not.
pub(super) fn parse(text: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut keys: Vec<(String, Vec<u8>)> = Vec::new();
    for (position, entry) in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).enumerate() {
        // A key without its kid must not be repeated in the message.
        let place = format!("key {}", position + 1);
        let (kid, secret) = entry
            .split_once(':')
            .ok_or_else(|| format!("{place} is not of the form kid:base64. Make one: {HOW_TO_MAKE_ONE}"))?;
        if kid.is_empty()
            || kid.len() > 64
            || !kid.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        {
            return Err(format!(
                "{place}: the name before the colon is 1 to 64 letters, digits, \"-\", \"_\" or \".\""
            ));
        }
        if keys.iter().any(|(known, _)| known == kid) {
            return Err(format!("two keys are named \"{kid}\": each needs its own name"));
        }
        let secret = decode(secret)
            .ok_or_else(|| format!("\"{kid}\" is not valid base64. Make one: {HOW_TO_MAKE_ONE}"))?;
        check_key(&secret).map_err(|problem| format!("\"{kid}\" {problem}. Make one: {HOW_TO_MAKE_ONE}"))?;
        keys.push((kid.to_owned(), secret));
    }
    Ok(keys)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [alphabet::STANDARD, alphabet::URL_SAFE]
        .iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(text).ok())
}

/// Refuses keys that somebody could guess: short ones, patterns, and words from documentation.
///
/// # Errors
/// What is wrong with it.
pub fn check_key(secret: &[u8]) -> Result<(), String> {
    if secret.len() < MIN_LENGTH {
        return Err(format!("is {} bytes, and at least {MIN_LENGTH} are needed", secret.len()));
    }
    let different: HashSet<u8> = secret.iter().copied().collect();
    // 32 random bytes have fewer than 16 different ones once in 10^10 times; 64 hex digits have ten.
    let repeats = different.len() < if is_hex(secret) { 10 } else { 16 };
    let counts =
        secret.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == secret[1].wrapping_sub(secret[0]));
    // Random bytes are all printable once in 10^13 times.
    let typed = secret.iter().all(|byte| (b' '..=b'~').contains(byte)) && !is_hex(secret);
    if repeats || counts || typed {
        return Err("is an example or a pattern, not random bytes".to_owned());
    }
    Ok(())
}

/// Hex digits of a good key are still a good key, when there are enough.
fn is_hex(secret: &[u8]) -> bool {
    secret.len() >= 2 * MIN_LENGTH && secret.iter().all(u8::is_ascii_hexdigit)
}
