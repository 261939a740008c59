//! A relay between the engine and the object store that damages bytes by script: at byte numbers, never by chance.
//! Plain HTTP/1.1 on loopback.

mod damage;
mod wire;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

pub use damage::{Damage, Kind, On, Side};
use wire::Connection;

/// A damage that was done.
#[derive(Clone, Debug)]
pub struct Done {
    pub damage: Damage,
    pub path: String,
    /// Of the file, where a form carried it.
    pub name: Option<String>,
}

#[derive(Default)]
pub(crate) struct Book {
    script: Mutex<Vec<Damage>>,
    done: Mutex<Vec<Done>>,
    /// Requests whose bytes are held back at the moment.
    held: AtomicU64,
}

impl Book {
    /// The first damage of the script that fits a request with so many bytes of file.
    fn pick(&self, is_form: bool, bytes: u64) -> Option<Damage> {
        let mut script = lock(&self.script);
        let at = script.iter().position(|damage| damage.fits(is_form, bytes))?;
        Some(script.remove(at))
    }

    fn note(&self, done: Done) {
        lock(&self.done).push(done);
    }
}

/// What the kernel takes for a connection that is held here: else it takes tens of megabytes, and a film that is *held in its
/// middle* has left its sender whole.
const ROOM: u32 = 256 * 1024;
const BACKLOG: u32 = 1024;

fn bound(address: SocketAddr) -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.set_recv_buffer_size(ROOM).unwrap();
    socket.bind(address).unwrap();
    socket.listen(BACKLOG).unwrap()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub struct Relay {
    book: Arc<Book>,
    upstream: Arc<Mutex<Option<SocketAddr>>>,
    address: SocketAddr,
    listening: Mutex<Option<JoinHandle<()>>>,
}

impl Relay {
    /// Listens; connections are refused until an upstream is named.
    pub async fn start() -> Self {
        let listener = bound(([127, 0, 0, 1], 0).into());
        let relay = Self {
            book: Arc::default(),
            upstream: Arc::default(),
            address: listener.local_addr().unwrap(),
            listening: Mutex::default(),
        };
        relay.listen(listener);
        relay
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the bytes go.
    pub fn set_upstream(&self, port: u16) {
        *lock(&self.upstream) = Some(([127, 0, 0, 1], port).into());
    }

    /// What is to be damaged from now on, each once, in this order.
    pub fn set_script(&self, script: Vec<Damage>) {
        *lock(&self.book.script) = script;
    }

    /// One more.
    pub fn add(&self, damage: Damage) {
        lock(&self.book.script).push(damage);
    }

    pub fn done(&self) -> Vec<Done> {
        lock(&self.book.done).clone()
    }

    /// Requests of which bytes are being held back.
    pub fn held(&self) -> u64 {
        self.book.held.load(Ordering::SeqCst)
    }

    /// Nobody listens any more, and what was open is cut.
    pub async fn go_away(&self) {
        let listening = lock(&self.listening).take();
        if let Some(listening) = listening {
            listening.abort();
            drop(listening.await);
        }
    }

    /// Listens again at the same address.
    pub async fn come_back(&self) {
        if lock(&self.listening).is_none() {
            self.listen(bound(self.address));
        }
    }

    fn listen(&self, listener: TcpListener) {
        let (book, upstream) = (Arc::clone(&self.book), Arc::clone(&self.upstream));
        let listening = tokio::spawn(async move {
            // Dropped with the listener: open connections go with it.
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let Ok((client, _)) = listener.accept().await else { continue };
                let to = *lock(&upstream);
                let book = Arc::clone(&book);
                connections.spawn(async move {
                    let Some(to) = to else { return };
                    let Ok(server) = TcpStream::connect(to).await else { return };
                    // A cut connection is what it looks like on the other side, too.
                    drop(Connection::new(book).run(client, server).await);
                });
            }
        });
        *lock(&self.listening) = Some(listening);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(listening) = lock(&self.listening).take() {
            listening.abort();
        }
    }
}
