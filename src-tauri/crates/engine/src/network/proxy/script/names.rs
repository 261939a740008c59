//! Names and addresses as a proxy script asks for them. It waits for the answer, so each has a time limit.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::mpsc;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(2);

/// The addresses of a name; a name that takes too long has none.
pub fn resolve(host: &str) -> Vec<IpAddr> {
    if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse() {
        return vec![address];
    }
    let (found, answer) = mpsc::channel();
    let host = host.to_owned();
    let asking = std::thread::Builder::new().name("proxy script name".into()).spawn(move || {
        let addresses = (host.as_str(), 0).to_socket_addrs().map(|all| all.map(|one| one.ip()).collect());
        // Whoever asked may have gone on without.
        drop(found.send(addresses.unwrap_or_default()));
    });
    match asking {
        Ok(_) => answer.recv_timeout(PATIENCE).unwrap_or_default(),
        Err(_) => Vec::new(),
    }
}

/// The addresses that this computer sends from. Nothing is sent: connecting a datagram socket only asks the system for the
/// route to an address of the documentation's networks.
pub fn own() -> Vec<IpAddr> {
    let four = (Ipv4Addr::UNSPECIFIED.into(), SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 9)));
    let six =
        (Ipv6Addr::UNSPECIFIED.into(), SocketAddr::from((Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 9)));
    let from = |(any, to): (IpAddr, SocketAddr)| {
        let socket = UdpSocket::bind((any, 0)).ok()?;
        socket.connect(to).ok()?;
        socket.local_addr().ok().map(|address| address.ip())
    };
    [four, six].into_iter().filter_map(from).collect()
}
