//! Texts of SQL sent to a throwaway Postgres, in its own protocol: what it takes to make a schema, without psql, which
//! does not come with every Postgres.

use anyhow::{Context as _, Result, bail};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

/// A session with a server that asks for a password.
pub(crate) struct Session(TcpStream);

impl Session {
    /// Opens one as the user, and in the database, `postgres`.
    pub(crate) fn open(address: &str, password: &str) -> Result<Self> {
        let mut session = Self(TcpStream::connect(address)?);
        // Version 3.0 of the protocol, then names and values.
        let mut start = 196_608_i32.to_be_bytes().to_vec();
        start.extend(b"user\0postgres\0database\0postgres\0\0");
        session.0.write_all(&length_of(&start))?;
        session.0.write_all(&start)?;
        session.send(b'p', &[password.as_bytes(), b"\0"].concat())?;
        session.wait()?;
        Ok(session)
    }

    /// Runs the statements of a text, all or none.
    pub(crate) fn run(&mut self, sql: &str) -> Result<()> {
        self.send(b'Q', &[sql.as_bytes(), b"\0"].concat())?;
        self.wait()
    }

    fn send(&mut self, kind: u8, body: &[u8]) -> Result<()> {
        self.0.write_all(&[kind])?;
        self.0.write_all(&length_of(body))?;
        Ok(self.0.write_all(body)?)
    }

    /// Reads up to where the server takes the next text, or refuses the session.
    fn wait(&mut self) -> Result<()> {
        let mut refusal = None;
        loop {
            let mut head = [0; 5];
            if let Err(error) = self.0.read_exact(&mut head) {
                bail!(refusal.unwrap_or_else(|| error.to_string()));
            }
            let [kind, length @ ..] = head;
            let length =
                usize::try_from(i32::from_be_bytes(length) - 4).context("a message has no length")?;
            let mut body = vec![0; length];
            self.0.read_exact(&mut body)?;
            match kind {
                b'E' => refusal = Some(message(&body)),
                b'Z' => return refusal.map_or(Ok(()), |refusal| bail!(refusal)),
                _ => {}
            }
        }
    }
}

/// The length of a message counts itself.
fn length_of(body: &[u8]) -> [u8; 4] {
    (body.len() as i32 + 4).to_be_bytes()
}

/// What an error says to people: of its fields, the one that is called M.
fn message(body: &[u8]) -> String {
    let mut fields = body.split(|byte| *byte == 0);
    let message = fields.find_map(|field| field.strip_prefix(b"M"));
    String::from_utf8_lossy(message.unwrap_or(b"Postgres refused")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_by_its_message() {
        assert_eq!(message(b"SERROR\0C42P01\0Mthere is no such table\0\0"), "there is no such table");
        assert_eq!(length_of(b"select 1\0"), [0, 0, 0, 13]);
    }
}
