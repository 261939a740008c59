//! Sockets below the HTTP client. The connections to object stores end at once: one that is closed the usual way goes on
//! sending what the system holds for it, megabytes and seconds on a slow line; after a pause or a cancel nothing of that is
//! wanted any more.
//!
//! What is left: before it closes, hyper hands on what it holds itself, up to 417 KB and a block for each connection, since
//! TLS says goodbye behind it. On a line of 20 Mbit/s with eight connections that is still a second (`bench line`); reqwest
//! does not let it be less.
//!
//! reqwest 0.13 gives no access to its sockets, only to their addresses (`connector_layer`). So the socket is looked for
//! among this program's own. Where that is not possible (Windows), connections end the usual way.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connection, HttpInfo};
use tower_layer::Layer;
use tower_service::Service;

/// Sets up each new connection of a client.
#[derive(Clone, Copy, Debug)]
pub struct EndAtOnce;

#[derive(Clone, Debug)]
pub struct Ending<S>(S);

impl<S> Layer<S> for EndAtOnce {
    type Service = Ending<S>;

    fn layer(&self, inner: S) -> Ending<S> {
        Ending(inner)
    }
}

impl<S, R> Service<R> for Ending<S>
where
    S: Service<R>,
    S::Response: Connection,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let connecting = self.0.call(request);
        Box::pin(async move {
            let connection = connecting.await?;
            let mut known = http::Extensions::new();
            connection.connected().get_extras(&mut known);
            if let Some(info) = known.get::<HttpInfo>() {
                system::end_at_once(info);
            }
            Ok(connection)
        })
    }
}

/// Ends this program's connections from an address that this computer has no longer: nothing goes through them any more,
/// and finding that out by waiting takes as long as a stall.
pub fn end_those_of(gone: &[IpAddr]) {
    if !gone.is_empty() {
        system::end_those_of(gone);
    }
}

#[cfg(unix)]
mod system {
    use std::net::{IpAddr, Shutdown, SocketAddr};
    use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
    use std::time::Duration;

    use hyper_util::client::legacy::connect::HttpInfo;
    use nix::sys::socket::{SockaddrStorage, getpeername, getsockname};
    use socket2::{SockRef, Type};

    /// Where a process finds its own open files.
    const OPEN: &str = "/dev/fd";

    pub fn end_at_once(info: &HttpInfo) {
        let wanted = |file: RawFd| ends_of(file) == Some((info.local_addr(), info.remote_addr()));
        let Some(socket) = open_files().into_iter().find_map(|file| held(file, wanted)) else {
            tracing::debug!("a connection's socket was not found; it ends the usual way");
            return;
        };
        // Zero: closing denies the connection to the other side, and what was not sent yet is forgotten.
        if let Err(error) = SockRef::from(&socket).set_linger(Some(Duration::ZERO)) {
            tracing::debug!(%error, "a connection ends the usual way");
        }
    }

    pub fn end_those_of(gone: &[IpAddr]) {
        let wanted = |file: RawFd| ends_of(file).is_some_and(|(local, _)| gone.contains(&local.ip()));
        for socket in open_files().into_iter().filter_map(|file| held(file, wanted)) {
            let socket = SockRef::from(&socket);
            if socket.r#type().is_ok_and(|kind| kind == Type::STREAM) {
                // One that has just ended by itself can't be ended again.
                drop(socket.shutdown(Shutdown::Both));
            }
        }
    }

    /// The newest ones have the highest numbers, mostly.
    fn open_files() -> Vec<RawFd> {
        let Ok(open) = std::fs::read_dir(OPEN) else { return Vec::new() };
        let numbers = open.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<RawFd>().ok());
        let mut numbers: Vec<RawFd> = numbers.collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers
    }

    /// The addresses of a connection's two ends; none for what is no connection, or not open any more.
    fn ends_of(file: RawFd) -> Option<(SocketAddr, SocketAddr)> {
        let address = |address: SockaddrStorage| match (address.as_sockaddr_in(), address.as_sockaddr_in6()) {
            (Some(four), _) => Some(SocketAddr::from((four.ip(), four.port()))),
            (_, Some(six)) => Some(SocketAddr::from((six.ip(), six.port()))),
            _ => None,
        };
        let remote = getpeername::<SockaddrStorage>(file).ok().and_then(address)?;
        Some((getsockname::<SockaddrStorage>(file).ok().and_then(address)?, remote))
    }

    /// The socket under a number of its own, so that it can't become another one meanwhile: looked at again once it is ours.
    #[allow(unsafe_code, reason = "the number is only copied, and the copy is looked at before it is used")]
    fn held(file: RawFd, wanted: impl Fn(RawFd) -> bool) -> Option<OwnedFd> {
        if !wanted(file) {
            return None;
        }
        // SAFETY: borrowed for one system call, which refuses a number that was closed since. Nothing is read, written
        // or closed through it.
        let ours = unsafe { BorrowedFd::borrow_raw(file) }.try_clone_to_owned().ok()?;
        wanted(ours.as_raw_fd()).then_some(ours)
    }
}

#[cfg(not(unix))]
mod system {
    use std::net::IpAddr;

    use hyper_util::client::legacy::connect::HttpInfo;

    pub fn end_at_once(_: &HttpInfo) {}

    /// Windows ends them itself.
    pub fn end_those_of(_: &[IpAddr]) {}
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{ErrorKind, Read};
    use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

    use futures_util::{StreamExt, stream};
    use socket2::{Domain, Socket, Type};

    use super::*;

    #[allow(clippy::unwrap_used, reason = "a test may fail by panic")]
    fn from_address(local: Ipv4Addr, to: SocketAddr) -> TcpStream {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((local, 0)).into()).unwrap();
        socket.connect(&to.into()).unwrap();
        socket.into()
    }

    #[test]
    fn only_connections_of_an_address_that_is_gone_are_ended() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let to = listener.local_addr().unwrap();
        let gone = Ipv4Addr::new(127, 0, 0, 77);
        let (mut ended, stays) = (from_address(gone, to), TcpStream::connect(to).unwrap());
        end_those_of(&[gone.into()]);
        assert_eq!(ended.read(&mut [0]).unwrap(), 0);
        stays.set_nonblocking(true).unwrap();
        assert_eq!((&stays).read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    }

    #[tokio::test]
    async fn a_request_that_is_dropped_denies_its_connection_instead_of_sending_on() {
        drop(rustls::crypto::ring::default_provider().install_default());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let http = reqwest::Client::builder().no_proxy().connector_layer(EndAtOnce).build().unwrap();
        let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(vec![0u8; 64 * 1024])).boxed();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let sending = tokio::spawn(http.put(url).body(reqwest::Body::wrap_stream(endless)).send());
        let accepted = tokio::task::spawn_blocking(move || {
            let mut stream = listener.accept().unwrap().0;
            stream.read_exact(&mut [0; 4096]).unwrap();
            stream
        });
        let mut stream = accepted.await.unwrap();
        // Its buffers fill, since nobody reads.
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        sending.abort();
        drop(sending.await);
        let read = tokio::task::spawn_blocking(move || stream.read_to_end(&mut Vec::new()));
        assert_eq!(read.await.unwrap().unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
}
