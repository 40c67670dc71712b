//! An Outbox: what waits to be written to one Connection. Bounded: a client that does not read is cut off and may resume.

use bytes::Bytes;
use lectern_signaling::protocol::CloseCode;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, mpsc};

/// Messages that may wait. A whole school that joins within a second is some hundred messages; a client that is behind by
/// more does not read.
const CAPACITY: usize = 512;

/// The Session's end.
#[derive(Debug)]
pub struct Outbox(Arc<Shared>);

/// The Connection's end.
#[derive(Debug)]
pub struct OutboxReader {
    shared: Arc<Shared>,
    /// Dropped with the Connection: a stopping server waits for it.
    pub(super) standing: Option<mpsc::Sender<()>>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// One frame of UTF-8 JSON.
    Text(Bytes),
    /// The last thing that comes.
    Close(CloseCode),
}

#[derive(Debug, Default)]
struct Shared {
    content: Mutex<Content>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Content {
    /// Takes no memory while nothing waits, which is nearly always.
    texts: VecDeque<Bytes>,
    /// After what waits comes this.
    closing: Option<CloseCode>,
    abandoned: bool,
}

/// The client does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

#[must_use]
pub fn outbox() -> (Outbox, OutboxReader) {
    let shared = Arc::<Shared>::default();
    (Outbox(shared.clone()), OutboxReader { shared, standing: None })
}

impl Outbox {
    /// A Connection that is gone already takes everything; its loss is reported by its own task.
    pub(super) fn send(&self, text: Bytes) -> Result<(), Full> {
        let mut content = self.0.lock();
        if content.abandoned {
            return Ok(());
        }
        if content.texts.len() >= CAPACITY {
            return Err(Full);
        }
        content.texts.push_back(text);
        drop(content);
        self.0.news.notify_one();
        Ok(())
    }

    /// The Connection's task is over, whether or not it could say so.
    pub(super) fn is_abandoned(&self) -> bool {
        self.0.lock().abandoned
    }

    /// Closes the Connection after what was sent before.
    pub(super) fn close(self, code: CloseCode) {
        self.0.lock().closing = Some(code);
    }

    /// Closes the Connection now; what waits is dropped.
    pub(super) fn cut(self, code: CloseCode) {
        let mut content = self.0.lock();
        content.texts = VecDeque::new();
        content.closing = Some(code);
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        // Without a word the Session went away.
        self.0.lock().closing.get_or_insert(CloseCode::ServiceRestart);
        self.0.news.notify_one();
    }
}

impl OutboxReader {
    /// The next thing to write. Safe to cancel.
    pub async fn next(&mut self) -> Outgoing {
        loop {
            if let Some(next) = self.shared.lock().next() {
                return next;
            }
            self.shared.news.notified().await;
        }
    }
}

impl Drop for OutboxReader {
    fn drop(&mut self) {
        let mut content = self.shared.lock();
        content.abandoned = true;
        content.texts = VecDeque::new();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    fn next(&mut self) -> Option<Outgoing> {
        let text = self.texts.pop_front();
        if self.texts.is_empty() {
            self.texts = VecDeque::new();
        }
        text.map(Outgoing::Text).or(self.closing.map(Outgoing::Close))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(n: usize) -> Bytes {
        Bytes::from(n.to_string())
    }

    #[tokio::test]
    async fn a_close_comes_after_what_was_sent() {
        let (outbox, mut reader) = outbox();
        outbox.send(text(1)).unwrap();
        outbox.send(text(2)).unwrap();
        outbox.close(CloseCode::SessionEnded);
        let read = [reader.next().await, reader.next().await, reader.next().await];
        assert_eq!(read, [Outgoing::Text(text(1)), Outgoing::Text(text(2)), Outgoing::Close(CloseCode::SessionEnded)]);
    }

    #[tokio::test]
    async fn a_full_outbox_says_so_and_is_cut_without_reading_on() {
        let (outbox, mut reader) = outbox();
        for n in 0..CAPACITY {
            outbox.send(text(n)).unwrap();
        }
        assert_eq!(outbox.send(text(0)), Err(Full));
        outbox.cut(CloseCode::SlowConsumer);
        assert_eq!(reader.next().await, Outgoing::Close(CloseCode::SlowConsumer));
    }

    #[tokio::test]
    async fn a_session_that_vanishes_closes_its_connections() {
        let (outbox, mut reader) = outbox();
        outbox.send(text(1)).unwrap();
        drop(outbox);
        assert_eq!(reader.next().await, Outgoing::Text(text(1)));
        assert_eq!(reader.next().await, Outgoing::Close(CloseCode::ServiceRestart));
    }

    #[test]
    fn an_outbox_whose_reader_left_takes_everything() {
        let (outbox, reader) = outbox();
        drop(reader);
        for n in 0..2 * CAPACITY {
            assert_eq!(outbox.send(text(n)), Ok(()));
        }
    }
}
