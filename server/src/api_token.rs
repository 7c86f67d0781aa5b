//! What an API token looks like: `inlay_<16 public><43 secret><6 checksum>`, each part in base62.

use rand::{Rng, TryRngCore, distr::Alphanumeric, rngs::OsRng};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const PREFIX: &str = "inlay_";
const PUBLIC: usize = 16;
/// 43 digits of base62 hold 256 bits.
const SECRET: usize = 43;
const CHECKSUM: usize = 6;

/// A token whose checksum is right. Whether it is known is for the database to say.
#[derive(Clone, Copy)]
pub struct Token<'a> {
    /// The public part: the token's id.
    pub id: &'a str,
    secret: &'a str,
}

/// Makes a token from fresh random digits.
pub fn generate() -> String {
    let digits: String =
        OsRng.unwrap_err().sample_iter(Alphanumeric).take(PUBLIC + SECRET).map(char::from).collect();
    let checksum = checksum(&digits);
    format!("{PREFIX}{digits}{checksum}")
}

impl<'a> Token<'a> {
    /// Takes a token apart; `None` when it is mistyped, cut off or not one of ours. Needs no database.
    pub fn parse(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?;
        if rest.len() != PUBLIC + SECRET + CHECKSUM || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return None;
        }
        let (digits, given) = rest.split_at(PUBLIC + SECRET);
        let (id, secret) = digits.split_at(PUBLIC);
        (checksum(digits) == given).then_some(Self { id, secret })
    }

    /// What is stored of the secret. It is random, so a fast hash will do.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }

    /// Whether this is the token of a stored hash, in a time that tells nothing of it.
    pub fn matches(&self, stored: &[u8]) -> bool {
        self.hash().ct_eq(stored).into()
    }
}

/// Six digits over the rest: a scanner of leaked secrets, or we, can tell a token from noise.
fn checksum(digits: &str) -> String {
    const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let hash = Sha256::digest(digits);
    let mut number = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) as usize;
    let mut text = [b'0'; CHECKSUM];
    for place in text.iter_mut().rev() {
        *place = BASE62[number % 62];
        number /= 62;
    }
    text.map(char::from).iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_token_is_taken_apart() {
        let token = generate();
        assert_eq!(token.len(), 6 + 16 + 43 + 6);
        let parsed = Token::parse(&token).unwrap();
        assert_eq!(parsed.id, &token[6..22]);
        assert!(parsed.matches(&parsed.hash()));
        assert!(!parsed.matches(&[0; 32]));
        assert_ne!(token, generate());
    }

    #[test]
    fn one_changed_digit_breaks_the_checksum() {
        let token = generate();
        for place in 6..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'a' { b'b' } else { b'a' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(Token::parse(&changed).is_none(), "place {place}");
        }
        assert!(Token::parse(&token[..70]).is_none());
        assert!(Token::parse("").is_none());
        assert!(Token::parse("inlay_ä").is_none());
    }
}
