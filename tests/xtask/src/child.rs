//! A program that runs beside us and ends with us.

use std::io::{BufRead, BufReader};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::command::Run;
use crate::failure::{Failure, Outcome, While};

#[derive(Debug)]
pub struct Beside {
    child: Child,
    name: String,
}

impl Beside {
    pub fn start(run: Run) -> Outcome<Self> {
        let (mut command, name) = run.into_parts();
        println!("$ {name} &");
        let child = command.stdin(Stdio::null()).spawn().when(&name)?;
        Ok(Self { child, name })
    }

    /// Starts it and waits for its first line; what it prints later is read and dropped, so that it never blocks.
    pub fn start_and_hear(run: Run, patience: Duration) -> Outcome<(Self, String)> {
        let (mut command, name) = run.into_parts();
        println!("$ {name} &");
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().when(&name)?;
        let output = child.stdout.take().when(format!("{name} has no output"))?;
        let beside = Self { child, name };
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Nobody listens after the first line.
                let _ = send.send(line);
            }
        });
        let line = receive.recv_timeout(patience).map_err(|_| {
            Failure::new(format!("`{}` said nothing within {} s", beside.name, patience.as_secs()))
        })?;
        Ok((beside, line))
    }

    pub fn ended(&mut self) -> Outcome<Option<ExitStatus>> {
        self.child.try_wait().when(&self.name)
    }

    pub fn wait(&mut self) -> Outcome<ExitStatus> {
        self.child.wait().when(&self.name)
    }

    /// Asks it to end, and ends it if it doesn't within two seconds.
    fn stop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        if cfg!(unix) && Run::new("kill").arg(self.child.id().to_string()).ask().is_some() {
            let until = Instant::now() + Duration::from_secs(2);
            while Instant::now() < until {
                if !matches!(self.child.try_wait(), Ok(None)) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        // It may have ended by itself in between.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.stop();
    }
}
