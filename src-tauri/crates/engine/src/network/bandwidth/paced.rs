//! A body that is handed to the line no faster than its pacer lets it.

use std::io;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::Pacer;

/// The same bytes, cut into pieces while there is a limit; one that is set in the middle holds from there on.
pub fn paced(
    blocks: BoxStream<'static, io::Result<Bytes>>,
    pacer: Pacer,
) -> BoxStream<'static, io::Result<Bytes>> {
    stream::unfold((blocks, Bytes::new(), pacer), |(mut blocks, mut rest, pacer)| async move {
        while rest.is_empty() {
            match blocks.next().await? {
                Ok(block) => rest = block,
                Err(error) => return Some((Err(error), (blocks, Bytes::new(), pacer))),
            }
        }
        let piece = match pacer.piece() {
            Some(most) => rest.split_to(most.min(rest.len())),
            None => std::mem::take(&mut rest),
        };
        pacer.pass(piece.len()).await;
        Some((Ok(piece), (blocks, rest, pacer)))
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_bytes_stay_the_same_with_and_without_a_limit() {
        let blocks = [vec![1; 3], vec![], vec![2; 5_000], vec![3; 70_000]];
        let whole: Vec<u8> = blocks.concat();
        let pacer = Pacer::default();
        for rate in [None, Some(100_000)] {
            pacer.set(rate);
            let body = stream::iter(blocks.clone().map(|block| Ok(Bytes::from(block)))).boxed();
            let pieces: Vec<_> = paced(body, pacer.clone()).map(Result::unwrap).collect().await;
            assert_eq!(pieces.concat(), whole);
            assert_eq!(pieces.len(), if rate.is_some() { 1 + 3 + 35 } else { 3 });
        }
        let failing =
            stream::iter([Ok(Bytes::from_static(b"a")), Err(io::ErrorKind::NotFound.into())]).boxed();
        let ended: Vec<_> = paced(failing, pacer).collect().await;
        assert_eq!(ended[1].as_ref().unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
