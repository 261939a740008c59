//! Hashes blocks of several files together on one thread: whatever waits at the moment goes side by side.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use bytes::Bytes;

use crate::lanes::MOST_LANES;
use crate::many::side_by_side;
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
        Self::start_after(|| {})
    }

    /// `prepare` runs on the thread first, for its priority.
    ///
    /// # Errors
    /// When the thread can't be started.
    pub fn start_after(prepare: impl FnOnce() + Send + 'static) -> std::io::Result<Self> {
        let (tasks, inbox) = channel();
        let run = move || {
            prepare();
            work(&inbox);
        };
        std::thread::Builder::new().name("checksums".into()).spawn(run)?;
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
        let mut streams: Vec<Md5Stream> = waiting.iter().map(|task| task.stream).collect();
        let blocks: Vec<&[u8]> = waiting.iter().map(|task| task.block.as_ref()).collect();
        side_by_side(&mut streams, &blocks);
        for (task, stream) in waiting.iter_mut().zip(streams) {
            task.stream = stream;
        }
        for task in waiting.drain(..) {
            // A stopped transfer no longer waits for its sum.
            task.done.send(task.stream).unwrap_or_default();
        }
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
