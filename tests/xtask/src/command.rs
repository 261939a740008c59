//! Starting programs: said aloud, with their output on the terminal, and an error that names the command.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::{Failure, Outcome, While};

#[derive(Debug)]
pub struct Run {
    command: Command,
    shown: String,
}

impl Run {
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let shown = Path::new(program.as_ref()).file_name().unwrap_or(program.as_ref()).to_string_lossy();
        Self { shown: shown.into_owned(), command: Command::new(program.as_ref()) }
    }

    /// The cargo that runs us.
    pub fn cargo() -> Self {
        let mut run = Self::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
        run.shown = "cargo".into();
        run
    }

    pub fn npm() -> Self {
        Self::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.shown.push(' ');
        self.shown.push_str(&arg.as_ref().to_string_lossy());
        self.command.arg(arg);
        self
    }

    pub fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(self, args: I) -> Self {
        args.into_iter().fold(self, Self::arg)
    }

    pub fn in_folder(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Runs with the terminal's output; anything but exit code 0 is a failure.
    pub fn run(mut self) -> Outcome {
        println!("$ {}", self.shown);
        let status = self.command.stdin(Stdio::null()).status().when(&self.shown)?;
        if status.success() {
            Ok(())
        } else {
            Err(Failure::new(format!("`{}` ended with {status}", self.shown)))
        }
    }

    /// Runs and hands each line of standard output to `each` as it comes. Returns the exit code.
    pub fn run_reading(mut self, input: Option<&str>, mut each: impl FnMut(&str)) -> Outcome<i32> {
        println!("$ {}", self.shown);
        let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
        let mut child = self.command.stdin(stdin).stdout(Stdio::piped()).spawn().when(&self.shown)?;
        if let (Some(text), Some(mut pipe)) = (input, child.stdin.take()) {
            pipe.write_all(text.as_bytes()).when(format!("`{}` does not read", self.shown))?;
        }
        if let Some(output) = child.stdout.take() {
            let mut reader = BufReader::new(output);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).when(&self.shown)? > 0 {
                each(String::from_utf8_lossy(&line).trim_end());
                line.clear();
            }
        }
        let status = child.wait().when(&self.shown)?;
        Ok(status.code().unwrap_or(-1))
    }

    /// Runs quietly and returns what it printed; `None` if it can't be started or failed.
    pub fn ask(mut self) -> Option<String> {
        let output = self.command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs quietly and returns what it printed, whatever the exit code.
    pub fn output(mut self) -> Outcome<String> {
        let output = self.command.stdin(Stdio::null()).stderr(Stdio::null()).output().when(&self.shown)?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// For a program that stays: see `child`.
    pub fn into_parts(self) -> (Command, String) {
        (self.command, self.shown)
    }
}
