//! A form with a streamed file: head, blocks, tail, of exactly the length that was announced.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream::BoxStream};
use tokio::{
    sync::oneshot,
    time::{Instant, Sleep},
};

/// What the sending side tells the waiting side.
pub(super) struct Watch {
    began: Instant,
    last_move: AtomicU64,
    all_taken: AtomicBool,
    failed: OnceLock<io::ErrorKind>,
}

impl Watch {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            last_move: AtomicU64::new(0),
            all_taken: AtomicBool::new(false),
            failed: OnceLock::new(),
        })
    }

    fn moved(&self) {
        let since = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_move.store(since, Ordering::Relaxed);
    }

    /// When the connection last took something.
    pub(super) fn last_move(&self) -> Instant {
        self.began + Duration::from_millis(self.last_move.load(Ordering::Relaxed))
    }

    /// The connection has taken the whole body; that it left this computer is not said.
    pub(super) fn all_taken(&self) -> bool {
        self.all_taken.load(Ordering::Acquire)
    }

    pub(super) fn set_all_taken(&self) {
        self.moved();
        self.all_taken.store(true, Ordering::Release);
    }

    /// Our own file failed.
    pub(super) fn failed(&self) -> Option<io::ErrorKind> {
        self.failed.get().copied()
    }
}

/// The body as reqwest takes it.
pub(super) struct FormBody {
    pub(super) head: Bytes,
    pub(super) tail: Bytes,
    pub(super) blocks: BoxStream<'static, io::Result<Bytes>>,
    /// File bytes still to come.
    pub(super) left: u64,
    pub(super) hold_back: Option<Pin<Box<Sleep>>>,
    pub(super) progress: Option<Arc<AtomicU64>>,
    pub(super) watch: Arc<Watch>,
    /// Ends the body when the other end is dropped: the answer is there, or nobody waits for it.
    pub(super) stop: oneshot::Receiver<()>,
}

impl Stream for FormBody {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.watch.all_taken() {
            return Poll::Ready(None);
        }
        if Pin::new(&mut this.stop).poll(context).is_ready() {
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        }
        if !this.head.is_empty() {
            this.watch.moved();
            return Poll::Ready(Some(Ok(std::mem::take(&mut this.head))));
        }
        if let Some(hold) = &mut this.hold_back {
            if hold.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            this.hold_back = None;
        }
        loop {
            return Poll::Ready(Some(match this.blocks.poll_next_unpin(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(block))) if block.is_empty() => continue,
                Poll::Ready(Some(Ok(block))) => this.take(block),
                Poll::Ready(Some(Err(error))) => Err(this.fail(error.kind())),
                Poll::Ready(None) if this.left > 0 => Err(this.fail(io::ErrorKind::UnexpectedEof)),
                Poll::Ready(None) => {
                    this.watch.set_all_taken();
                    Ok(std::mem::take(&mut this.tail))
                }
            }));
        }
    }
}

impl FormBody {
    fn take(&mut self, block: Bytes) -> io::Result<Bytes> {
        let length = block.len() as u64;
        match self.left.checked_sub(length) {
            Some(left) => self.left = left,
            None => return Err(self.fail(io::ErrorKind::InvalidData)),
        }
        if self.left == 0 && self.tail.is_empty() {
            // hyper does not ask again once the announced length is reached.
            self.watch.set_all_taken();
        }
        self.watch.moved();
        if let Some(progress) = &self.progress {
            progress.fetch_add(length, Ordering::Relaxed);
        }
        Ok(block)
    }

    fn fail(&self, kind: io::ErrorKind) -> io::Error {
        self.watch.failed.get_or_init(|| kind);
        kind.into()
    }
}
