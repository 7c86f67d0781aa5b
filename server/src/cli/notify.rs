//! Tells the service manager how the server is doing: `Type=notify` of systemd, by the protocol of sd_notify(3).

#[cfg(target_os = "linux")]
use std::os::linux::net::SocketAddrExt as _;
use std::{
    env,
    ffi::OsStr,
    io,
    os::unix::{
        ffi::OsStrExt as _,
        net::{SocketAddr, UnixDatagram},
    },
};

/// The server answers.
pub(super) const READY: &str = "READY=1";
/// The server lets requests in flight end, and then stops.
pub(super) const STOPPING: &str = "STOPPING=1";

/// Tells the service manager that started this process, if it asked by `NOTIFY_SOCKET`. A server that cannot tell is a
/// server all the same.
pub(super) fn tell(state: &str) {
    let Some(socket) = env::var_os("NOTIFY_SOCKET").filter(|socket| !socket.is_empty()) else { return };
    if let Err(error) = send(&socket, state) {
        tracing::warn!(%error, state, "the service manager could not be told");
    }
}

fn send(socket: &OsStr, state: &str) -> io::Result<()> {
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address(socket)?)?;
    Ok(())
}

/// A path or, behind an `@`, a name in the abstract namespace, which Linux alone has.
fn address(socket: &OsStr) -> io::Result<SocketAddr> {
    match socket.as_bytes().strip_prefix(b"@") {
        #[cfg(target_os = "linux")]
        Some(name) => SocketAddr::from_abstract_name(name),
        _ => SocketAddr::from_pathname(socket),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::{fs, process, time::Duration};

    /// What a socket is told.
    fn told(socket: &UnixDatagram) -> String {
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut bytes = [0; 64];
        let length = socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }

    #[test]
    fn a_socket_is_reached_by_its_path() {
        let path = env::temp_dir().join(format!("inlay-notify-{}", process::id()));
        let socket = UnixDatagram::bind(&path).unwrap();
        send(path.as_os_str(), READY).unwrap();
        assert_eq!(told(&socket), "READY=1");
        fs::remove_file(&path).unwrap();
        assert!(send(path.as_os_str(), READY).is_err(), "nobody is there any more");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_socket_without_a_path_is_reached_by_its_name() {
        let name = format!("inlay-notify-{}", process::id());
        let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        send(OsStr::new(&format!("@{name}")), STOPPING).unwrap();
        assert_eq!(told(&socket), "STOPPING=1");
    }
}
