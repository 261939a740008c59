//! One GET to the demo library on this computer. HTTP/1.0, so that the answer is plain bytes until the end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::failure::{Failure, Outcome, While};

pub fn get(url: &str, bearer: &str) -> Outcome<Vec<u8>> {
    let (host, path) = split(url)?;
    let mut stream = TcpStream::connect(host).when(url)?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).when(url)?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {bearer}\r\n\r\n")
        .when(url)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).when(url)?;
    body_of(&answer).when(url)
}

fn split(url: &str) -> Outcome<(&str, &str)> {
    let rest = url.strip_prefix("http://").when(format!("{url} is not a plain http address"))?;
    Ok(rest.find('/').map_or((rest, "/"), |at| rest.split_at(at)))
}

fn body_of(answer: &[u8]) -> Outcome<Vec<u8>> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").when("the answer has no end of head")?;
    let head = String::from_utf8_lossy(&answer[..end]);
    let status = head.split_whitespace().nth(1).unwrap_or("none");
    if status != "200" {
        return Err(Failure::new(format!("answered {status}")));
    }
    let body = &answer[end + 4..];
    let promised = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    match promised {
        Some(length) if length != body.len() => {
            Err(Failure::new(format!("the answer was cut off: {} of {length} bytes", body.len())))
        }
        _ => Ok(body.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_addresses() {
        assert_eq!(split("http://127.0.0.1:80/a/b?c").unwrap(), ("127.0.0.1:80", "/a/b?c"));
        assert_eq!(split("http://localhost:1").unwrap(), ("localhost:1", "/"));
        assert!(split("https://localhost").is_err());
    }

    #[test]
    fn reads_answers() {
        assert_eq!(body_of(b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi").unwrap(), b"hi");
        assert_eq!(body_of(b"HTTP/1.1 200 OK\r\n\r\nall").unwrap(), b"all");
        assert!(body_of(b"HTTP/1.0 200 OK\r\ncontent-length: 9\r\n\r\nhi").is_err());
        assert!(body_of(b"HTTP/1.0 401 Unauthorized\r\n\r\n").is_err());
    }
}
