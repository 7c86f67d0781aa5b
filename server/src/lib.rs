//! How Inlay is kept and served.
