//! What a command says beside its result.

/// Progress of a command, for people.
pub(super) fn say(text: &str) {
    eprintln!("{text}");
}
