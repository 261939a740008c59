//! Real proxies before the demo library: squid, microsocks, and a script that names them. The library's door lets in only
//! what a proxy brings: those connect from another loopback address, so that going round them shows at once.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const SQUID: &str = "/usr/sbin/squid";
const SQUID_LOGIN: &str = "/usr/lib/squid/basic_ncsa_auth";
const SOCKS: &str = "/usr/bin/microsocks";
/// `ferry` with the word `word`.
const KNOWN: &str = "ferry:$apr1$ferry000$RBVI52SlEUdAUB11z51Jh0\n";
pub const USER: &str = "ferry";
pub const WORD: &str = "word";
/// What squid runs as where it is started by root.
const ITS_USER: &str = "proxy";
/// Where the proxies connect from.
pub const BEYOND: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// What is missing for these tests; said, and nothing was proven.
pub fn missing() -> bool {
    let missing = [SQUID, SQUID_LOGIN, SOCKS].into_iter().find(|path| !Path::new(path).is_file());
    if let Some(missing) = missing {
        println!("skipped: {missing} is not there (cargo xtask setup)");
    }
    missing.is_some()
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn until_it_listens(port: u16, said: impl Fn() -> String) {
    let until = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        assert!(Instant::now() < until, "the proxy does not start: {}", said());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A process that ends with the test.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        // It may be dead already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn run(command: &mut Command) -> Ends {
    Ends(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

pub struct Squid {
    child: Option<Ends>,
    folder: TempDir,
    pub port: u16,
    service: String,
}

impl Squid {
    pub fn start(with_login: bool) -> Self {
        let folder = TempDir::new().unwrap();
        let port = free_port();
        let at = folder.path().display();
        fs::write(folder.path().join("known"), KNOWN).unwrap();
        let access = if with_login {
            format!(
                "auth_param basic program {SQUID_LOGIN} {at}/known\nauth_param basic realm Ferry\n\
                 acl known proxy_auth REQUIRED\nhttp_access allow known\nhttp_access deny all\n"
            )
        } else {
            "http_access allow all\n".to_owned()
        };
        // Squid 5 reads nothing into a full buffer and takes that for the client's end, whenever the server behind it is
        // slower than the client. So none of these tests fills it.
        let config = format!(
            "client_request_buffer_max_size 256 MB\nhttp_port 127.0.0.1:{port}\ntcp_outgoing_address {BEYOND}\n{access}cache deny all\npid_filename none\n\
             cache_log {at}/cache.log\naccess_log stdio:{at}/access.log\nbuffered_logs off\ncoredump_dir {at}\n\
             visible_hostname ferry\nshutdown_lifetime 0 seconds\n"
        );
        fs::write(folder.path().join("squid.conf"), config).unwrap();
        // As root it becomes another user, who writes its logs here. Elsewhere there is no need, and no right to.
        drop(Command::new("chown").args(["-R", ITS_USER]).arg(folder.path()).stderr(Stdio::null()).status());
        let service = format!("ferry{}x{port}", std::process::id());
        let mut command = Command::new(SQUID);
        command.args(["-N", "-n", &service, "-f"]).arg(folder.path().join("squid.conf"));
        let squid = Self { child: Some(run(&mut command)), folder, port, service };
        until_it_listens(port, || {
            fs::read_to_string(squid.folder.path().join("cache.log")).unwrap_or_default()
        });
        squid
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What went through it.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("access.log")).unwrap_or_default()
    }
}

impl Drop for Squid {
    fn drop(&mut self) {
        drop(self.child.take());
        // One that was killed leaves its shared memory behind.
        for part in ["cf__metadata", "cf__queues", "cf__readers"] {
            drop(fs::remove_file(format!("/dev/shm/{}-{part}.shm", self.service)));
        }
    }
}

pub struct Socks {
    _child: Ends,
    pub port: u16,
}

impl Socks {
    pub fn start(with_login: bool) -> Self {
        let port = free_port();
        let mut command = Command::new(SOCKS);
        command.args(["-i", "127.0.0.1", "-p", &port.to_string(), "-b", &BEYOND.to_string()]);
        if with_login {
            command.args(["-u", USER, "-P", WORD]);
        }
        let child = run(&mut command);
        until_it_listens(port, String::new);
        Self { _child: child, port }
    }

    pub fn address(&self) -> String {
        format!("socks5://127.0.0.1:{}", self.port)
    }
}

/// Serves one text over HTTP, and counts.
pub struct TextServer {
    pub url: String,
    pub asked: Arc<AtomicUsize>,
}

impl TextServer {
    pub async fn start(text: String) -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}/proxy.pac", listener.local_addr().unwrap());
        let asked = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let mut request = [0; 4096];
                // It is small, and comes at once.
                drop(stream.read(&mut request).await);
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", text.len());
                drop(stream.write_all((head + &text).as_bytes()).await);
            }
        });
        Self { url, asked }
    }
}

/// What stands before the library.
#[derive(Clone, Default)]
pub struct Counted {
    passed: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
}

impl Counted {
    pub fn passed(&self) -> usize {
        self.passed.load(Ordering::Relaxed)
    }

    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// Whether this connection comes from where they have to come from.
    pub fn lets_in(&self, peer: SocketAddr, from: IpAddr) -> bool {
        let fits = peer.ip() == from;
        let count = if fits { &self.passed } else { &self.refused };
        count.fetch_add(1, Ordering::Relaxed);
        fits
    }
}
