//! Signs and verifies embed and session tokens; the only user of the signing keys.

/// The signing keys: the first signs, all verify.
pub struct Keys(Vec<(String, Vec<u8>)>);

impl Keys {
    /// From `(kid, secret)` pairs; the first signs.
    pub fn new(keys: Vec<(String, Vec<u8>)>) -> Self {
        Self(keys)
    }
}
