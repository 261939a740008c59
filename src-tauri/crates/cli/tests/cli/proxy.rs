//! Through a real squid that asks for a password, and that dies and comes back in the middle. There is no other way: what
//! goes round it would be seen while it is away.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ferry_tenant::{Action, Faults, Match, Options, Rule, Tenant};
use tempfile::TempDir;
use tokio::process::Command as AsyncCommand;

use crate::stage::{PATIENCE, Running, Stage, ended};

const MIB: usize = 1024 * 1024;
const PHOTOS: usize = 12;
const SQUID: &str = "/usr/sbin/squid";
const PASSWORDS: &str = "/usr/lib/squid/basic_ncsa_auth";
/// `ferry` with the word `word`.
const KNOWN: &str = "ferry:$apr1$ferry000$RBVI52SlEUdAUB11z51Jh0\n";
/// What squid runs as where it is started by root.
const ITS_USER: &str = "proxy";

struct Squid {
    child: Child,
    folder: TempDir,
    port: u16,
    /// Squids of one name share memory: each start has its own.
    starts: u32,
}

impl Squid {
    /// `None` where it is not installed: said, and nothing was proven.
    fn start() -> Option<Self> {
        if let Some(missing) = [SQUID, PASSWORDS].into_iter().find(|path| !Path::new(path).is_file()) {
            println!("skipped: {missing} is not there (cargo xtask setup)");
            return None;
        }
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let at = folder.path().display();
        fs::write(folder.path().join("known"), KNOWN).unwrap();
        let config = format!(
            "http_port 127.0.0.1:{port}\nauth_param basic program {PASSWORDS} {at}/known\n\
             auth_param basic realm Ferry\nacl known proxy_auth REQUIRED\nhttp_access allow known\n\
             http_access deny all\ncache deny all\npid_filename none\ncache_log {at}/cache.log\n\
             access_log stdio:{at}/access.log\nbuffered_logs off\ncoredump_dir {at}\nvisible_hostname ferry\n\
             shutdown_lifetime 0 seconds\n"
        );
        fs::write(folder.path().join("squid.conf"), config).unwrap();
        // As root it becomes another user, who writes its logs here. Elsewhere there is no need, and no right to.
        drop(Command::new("chown").args(["-R", ITS_USER]).arg(folder.path()).stderr(Stdio::null()).status());
        let child = Self::run(folder.path(), &service(port, 0));
        let squid = Self { child, folder, port, starts: 1 };
        squid.until_it_listens();
        Some(squid)
    }

    fn run(folder: &Path, service: &str) -> Child {
        let mut command = Command::new(SQUID);
        command.args(["-N", "-n", service, "-f"]).arg(folder.join("squid.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn until_it_listens(&self) {
        let until = std::time::Instant::now() + Duration::from_secs(30);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            let log = || fs::read_to_string(self.folder.path().join("cache.log")).unwrap_or_default();
            assert!(std::time::Instant::now() < until, "squid does not start: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn die(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn come_back(&mut self) {
        self.child = Self::run(self.folder.path(), &service(self.port, self.starts));
        self.starts += 1;
        self.until_it_listens();
    }

    fn address(&self, word: &str) -> String {
        format!("http://ferry:{word}@127.0.0.1:{}", self.port)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("access.log")).unwrap()
    }
}

impl Drop for Squid {
    fn drop(&mut self) {
        // It may be dead already.
        drop(self.child.kill());
        drop(self.child.wait());
        // One that was killed leaves its shared memory behind.
        for part in ["cf__metadata", "cf__queues", "cf__readers"] {
            for start in 0..self.starts {
                let name = format!("/dev/shm/{}-{part}.shm", service(self.port, start));
                drop(fs::remove_file(name));
            }
        }
    }
}

fn service(port: u16, start: u32) -> String {
    format!("ferry{}x{port}x{start}", std::process::id())
}

fn through(stage: &Stage, proxy: &str, words: &[&str]) -> AsyncCommand {
    let mut command = stage.command(words);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"]
    {
        command.env_remove(name);
    }
    command.env("http_proxy", proxy);
    command
}

async fn stage() -> Stage {
    let tenant = Tenant::start(Options { parts: true, ..Options::default() }).await.unwrap();
    let stage = Stage { tenant, data: TempDir::new().unwrap(), files: TempDir::new().unwrap() };
    for number in 0..PHOTOS {
        stage.file(&format!("Shoot/{number}.jpg"), &vec![number as u8; 90_000]);
    }
    stage.file("Shoot/film.mov", &vec![7; 40 * MIB]);
    stage
}

async fn until(what: &str, is: impl Fn() -> bool) {
    let wait = async {
        while !is() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("waited too long: {what}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_dies_in_the_middle_is_waited_for() {
    let Some(mut squid) = Squid::start() else { return };
    let stage = stage().await;
    let proxy = squid.address("word");
    ended(&mut through(&stage, &proxy, &["login", stage.tenant.url(), "--client-credentials"]))
        .await
        .expect_code(0);
    let slow = Action::Delay { ms: 300 };
    stage.tenant.set_faults(Faults {
        rules: vec![Rule::new(Match::object_post(), slow.clone()), Rule::new(Match::part_put(), slow)],
    });
    let words = ["--json", "upload", "Shoot", "--to", "Proxy", "--create"];
    let upload = Running::of(through(&stage, &proxy, &words));
    let stored = || stage.tenant.requests().iter().filter(|call| call.method == "PUT").count();
    until("the first part", || stored() > 0).await;
    squid.die();
    // Its connections have ended with it, so what runs fails and waits.
    stage.wait_for("uploading", 0).await;
    stage.tenant.set_faults(Faults { rules: vec![] });
    squid.come_back();
    let (code, last) = upload.end().await;
    assert_eq!(code, Some(0), "{last:?}");
    assert_eq!(stage.tenant.assets().len(), PHOTOS + 1, "all there, once");
    assert_eq!(stage.bytes_of("film.mov"), vec![7; 40 * MIB]);
    let round: Vec<_> = stage.tenant.requests().into_iter().filter(|call| call.via.is_none()).collect();
    assert!(round.is_empty(), "nothing goes round the proxy: {round:?}");
    let log = squid.log();
    assert!(log.contains(" ferry ") && log.contains("/ferry-upload"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_word_for_the_proxy_is_said_to_be_one() {
    let Some(squid) = Squid::start() else { return };
    let stage = stage().await;
    let words = ["--json", "login", stage.tenant.url(), "--client-credentials"];
    let ran = ended(&mut through(&stage, &squid.address("guess"), &words)).await.expect_code(4);
    assert_eq!(ran.last()["code"], "ProxyAuthRequired", "{ran:#?}");
    assert_eq!(stage.tenant.requests().len(), 0, "nothing goes round the proxy");
}

/// Set on the command line while nothing runs, with the password in the vault alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_set_is_used_and_said_to_be() {
    let Some(squid) = Squid::start() else { return };
    let stage = stage().await;
    for words in [
        ["settings", "set", "proxy_address", &format!("127.0.0.1:{}", squid.port)],
        ["settings", "set", "proxy", "manual"],
        ["settings", "set", "proxy_exceptions", "<-loopback>"],
        ["settings", "set", "proxy_user", "ferry"],
    ] {
        ended(&mut stage.command(&words)).await.expect_code(0);
    }
    let login = ["--json", "login", stage.tenant.url(), "--client-credentials"];
    let ran = ended(&mut stage.command(&login)).await.expect_code(4);
    assert_eq!(ran.last()["code"], "ProxyAuthRequired", "{ran:#?}");
    let mut keep = stage.command(&["network", "password"]);
    let mut child = keep.stdin(Stdio::piped()).spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut to, b"word\n").await.unwrap();
    drop(to);
    assert!(child.wait().await.unwrap().success());
    ended(&mut stage.command(&login)).await.expect_code(0);
    let ran = ended(&mut stage.command(&["--json", "network"])).await.expect_code(0);
    let way = ran.last();
    assert_eq!((&way["event"], &way["reason"]), (&"network_way".into(), &"manual".into()));
    assert_eq!(way["proxy"], format!("http://127.0.0.1:{}", squid.port));
    let round: Vec<_> = stage.tenant.requests().into_iter().filter(|call| call.via.is_none()).collect();
    assert!(round.is_empty(), "nothing goes round the proxy: {round:?}");
    assert!(squid.log().contains(" ferry "));
}
