//! Sockets below the HTTP client. Connections to object stores can be ended at once: one that is closed the usual way goes
//! on sending what hyper and the system hold for it, megabytes and seconds on a slow line; after a pause or a cancel
//! nothing of that is wanted any more.
//!
//! reqwest 0.13 gives no access to its sockets, only to their addresses (`connector_layer`). So the socket is looked for
//! among this program's own. Where that is not possible (Windows), connections end the usual way.

use std::collections::VecDeque;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connection, HttpInfo};
use tower_layer::Layer;
use tower_service::Service;

/// A client that sends one request at a time has one connection to each store; it is one of the last that it made.
const REMEMBERED: usize = 8;

/// A connection's own address, and the other side's.
type Ends = (SocketAddr, SocketAddr);

/// Remembers the connections that a client makes, and has them end at once when they are closed.
#[derive(Clone, Debug, Default)]
pub struct Connections(Arc<Mutex<VecDeque<Ends>>>);

impl Connections {
    /// Ends them, with what was not sent yet. Requests over them fail.
    pub fn end(&self) {
        let made = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if !made.is_empty() {
            system::end(|ends| made.contains(&ends));
        }
    }

    fn made(&self, info: &HttpInfo) {
        let ends = (info.local_addr(), info.remote_addr());
        system::forget_unsent_when_closed(ends);
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        made.truncate(REMEMBERED - 1);
        made.push_front(ends);
    }
}

#[derive(Clone, Debug)]
pub struct Remembering<S> {
    inner: S,
    connections: Connections,
}

impl<S> Layer<S> for Connections {
    type Service = Remembering<S>;

    fn layer(&self, inner: S) -> Remembering<S> {
        Remembering { inner, connections: self.clone() }
    }
}

impl<S, R> Service<R> for Remembering<S>
where
    S: Service<R>,
    S::Response: Connection,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let connecting = self.inner.call(request);
        let connections = self.connections.clone();
        Box::pin(async move {
            let connection = connecting.await?;
            let mut known = http::Extensions::new();
            connection.connected().get_extras(&mut known);
            if let Some(info) = known.get::<HttpInfo>() {
                connections.made(info);
            }
            Ok(connection)
        })
    }
}

/// Ends this program's connections from an address that this computer has no longer: nothing goes through them any more,
/// and finding that out by waiting takes as long as a stall.
pub fn end_those_of(gone: &[IpAddr]) {
    if !gone.is_empty() {
        system::end(|(local, _)| gone.contains(&local.ip()));
    }
}

#[cfg(unix)]
mod system {
    use std::net::{Shutdown, SocketAddr};
    use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
    use std::time::Duration;

    use nix::sys::socket::{SockaddrStorage, getpeername, getsockname};
    use socket2::{SockRef, Type};

    use super::Ends;

    /// Where a process finds its own open files.
    const OPEN: &str = "/dev/fd";

    /// Zero: closing denies the connection to the other side, and what was not sent yet is forgotten.
    pub fn forget_unsent_when_closed(ends: Ends) {
        let wanted = |file: RawFd| ends_of(file) == Some(ends);
        let Some(socket) = open_files().into_iter().find_map(|file| held(file, wanted)) else {
            tracing::debug!("a connection's socket was not found; it ends the usual way");
            return;
        };
        if let Err(error) = SockRef::from(&socket).set_linger(Some(Duration::ZERO)) {
            tracing::debug!(%error, "a connection ends the usual way");
        }
    }

    /// Whoever writes to such a connection or reads from it finds that out, and closes it.
    pub fn end(which: impl Fn(Ends) -> bool) {
        let wanted = |file: RawFd| ends_of(file).is_some_and(&which);
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
    fn ends_of(file: RawFd) -> Option<Ends> {
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
    use super::Ends;

    pub fn forget_unsent_when_closed(_: Ends) {}

    /// Windows ends those of an address that is gone itself.
    pub fn end(_: impl Fn(Ends) -> bool) {}
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{ErrorKind, Read};
    use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
    use std::sync::atomic::{AtomicUsize, Ordering};

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
        let connections = Connections::default();
        let http =
            reqwest::Client::builder().no_proxy().connector_layer(connections.clone()).build().unwrap();
        let taken = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&taken);
        let endless = stream::repeat_with(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(vec![0u8; 64 * 1024])
        });
        let endless = endless.boxed();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let sending = tokio::spawn(http.put(url).body(reqwest::Body::wrap_stream(endless)).send());
        let accepted = tokio::task::spawn_blocking(move || {
            let mut stream = listener.accept().unwrap().0;
            stream.read_exact(&mut [0; 4096]).unwrap();
            stream
        });
        let stream = accepted.await.unwrap();
        // Its buffers fill, since nobody reads.
        let mut before = 0;
        while before == 0 || taken.load(Ordering::Relaxed) > before {
            before = taken.load(Ordering::Relaxed);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        sending.abort();
        connections.end();
        // Nobody reads: without the end, hyper would wait for ever to hand on what it holds.
        let denied = async {
            while stream.take_error().unwrap().is_none_or(|error| error.kind() != ErrorKind::ConnectionReset)
            {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), denied).await.expect("it is not denied");
    }
}
