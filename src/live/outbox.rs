//! An Outbox: what waits to be written to one Connection. Bounded: a client that does not read is cut off and may resume.

use bytes::Bytes;
use lectern_signaling::protocol::CloseCode;
use tokio::sync::{mpsc, oneshot};

/// Messages that may wait. A whole school that joins within a second is some hundred messages; a client that is behind by
/// more does not read.
const CAPACITY: usize = 512;

/// The Session's end.
#[derive(Debug)]
pub struct Outbox {
    texts: mpsc::Sender<Bytes>,
    closing: oneshot::Sender<Closing>,
}

/// The Connection's end.
#[derive(Debug)]
pub struct OutboxReader {
    texts: mpsc::Receiver<Bytes>,
    closing: oneshot::Receiver<Closing>,
    /// Set once the Session has closed the Outbox: after what still waits comes this.
    close_after: Option<CloseCode>,
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

#[derive(Debug, Clone, Copy)]
enum Closing {
    AfterWhatWaits(CloseCode),
    AtOnce(CloseCode),
}

/// The client does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

#[must_use]
pub fn outbox() -> (Outbox, OutboxReader) {
    let (texts, waiting) = mpsc::channel(CAPACITY);
    let (closing, closed) = oneshot::channel();
    (Outbox { texts, closing }, OutboxReader { texts: waiting, closing: closed, close_after: None, standing: None })
}

impl Outbox {
    /// A Connection that is gone already takes everything; its loss is reported by its own task.
    pub(super) fn send(&self, text: Bytes) -> Result<(), Full> {
        match self.texts.try_send(text) {
            Err(mpsc::error::TrySendError::Full(_)) => Err(Full),
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
        }
    }

    /// The Connection's task is over, whether or not it could say so.
    pub(super) fn is_abandoned(&self) -> bool {
        self.texts.is_closed()
    }

    /// Closes the Connection after what was sent before.
    pub(super) fn close(self, code: CloseCode) {
        let _ = self.closing.send(Closing::AfterWhatWaits(code));
    }

    /// Closes the Connection now; what waits is dropped.
    pub(super) fn cut(self, code: CloseCode) {
        let _ = self.closing.send(Closing::AtOnce(code));
    }
}

impl OutboxReader {
    /// The next thing to write. Safe to cancel.
    pub async fn next(&mut self) -> Outgoing {
        loop {
            if let Some(code) = self.close_after {
                return self.texts.recv().await.map_or(Outgoing::Close(code), Outgoing::Text);
            }
            tokio::select! {
                biased;
                closing = &mut self.closing => match closing {
                    Ok(Closing::AtOnce(code)) => return Outgoing::Close(code),
                    Ok(Closing::AfterWhatWaits(code)) => self.close_after = Some(code),
                    // The Session went away without a word.
                    Err(_) => self.close_after = Some(CloseCode::ServiceRestart),
                },
                Some(text) = self.texts.recv() => return Outgoing::Text(text),
            }
        }
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
