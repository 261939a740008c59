//! Hashes blocks of several files together on one thread: whatever waits at the moment goes side by side.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use bytes::Bytes;

use crate::lanes::{self, MOST_LANES};
use crate::stream::Md5Stream;

struct Task {
    stream: Md5Stream,
    block: Bytes,
    done: SyncSender<Md5Stream>,
}

/// The way to the hashing thread. Clones share it; it ends with the last of them.
#[derive(Clone)]
pub struct Crew {
    tasks: Sender<Task>,
}

impl Crew {
    /// # Errors
    /// When the thread can't be started.
    pub fn start() -> std::io::Result<Self> {
        let (tasks, inbox) = channel();
        std::thread::Builder::new().name("checksums".into()).spawn(move || work(&inbox))?;
        Ok(Self { tasks })
    }

    /// Goes on with a sum by a block whose length is a multiple of 64; the next block waits for the answer.
    pub fn hash(&self, stream: Md5Stream, block: Bytes) -> Receiver<Md5Stream> {
        let (done, answer) = sync_channel(1);
        // Should the thread be gone, the answer's channel is closed, which the asker sees.
        drop(self.tasks.send(Task { stream, block, done }));
        answer
    }
}

fn work(inbox: &Receiver<Task>) {
    let mut waiting: Vec<Task> = Vec::with_capacity(MOST_LANES);
    while let Ok(task) = inbox.recv() {
        waiting.push(task);
        while waiting.len() < MOST_LANES {
            match inbox.try_recv() {
                Ok(task) => waiting.push(task),
                Err(_) => break,
            }
        }
        together(&mut waiting);
        for task in waiting.drain(..) {
            // A stopped transfer no longer waits for its sum.
            task.done.send(task.stream).unwrap_or_default();
        }
    }
}

/// Blocks of one length side by side; the longer ones go on with what is left.
fn together(tasks: &mut [Task]) {
    let mut done = 0;
    while tasks.iter().any(|task| task.block.len() > done) {
        let next =
            tasks.iter().map(|task| task.block.len()).filter(|length| *length > done).min().unwrap_or(done);
        let mut group: Vec<&mut Task> = tasks.iter_mut().filter(|task| task.block.len() > done).collect();
        let mut states: Vec<lanes::State> = group.iter().map(|task| task.stream.state).collect();
        let messages: Vec<Bytes> = group.iter().map(|task| task.block.slice(done..next)).collect();
        let slices: Vec<&[u8]> = messages.iter().map(AsRef::as_ref).collect();
        lanes::update(&mut states, &slices);
        for (task, state) in group.iter_mut().zip(states) {
            task.stream.state = state;
            task.stream.length += (next - done) as u64;
        }
        done = next;
    }
}

#[cfg(test)]
mod tests {
    use md5::{Digest, Md5};

    use super::*;

    #[test]
    fn files_of_different_lengths_side_by_side_keep_their_sums() {
        let crew = Crew::start().unwrap();
        let files: Vec<Vec<u8>> = (0..40usize)
            .map(|file| (0..64 * (file % 9) * 50 + file).map(|i| (i * 17 + file) as u8).collect())
            .collect();
        std::thread::scope(|scope| {
            for file in &files {
                let crew = crew.clone();
                scope.spawn(move || {
                    let mut stream = Md5Stream::default();
                    let whole = file.len() / 64 * 64;
                    for block in file[..whole].chunks(64 * 20) {
                        stream = crew.hash(stream, Bytes::copy_from_slice(block)).recv().unwrap();
                    }
                    assert_eq!(stream.finish(&file[whole..]), <[u8; 16]>::from(Md5::digest(file)));
                });
            }
        });
    }
}
