//! Finishing of Recordings while the server runs: the program, the job, and the archive that takes what came out.

use crate::archive::{self, Storage, TakeInError};
use crate::config::Config;
use crate::domain::Recording;
use crate::http::clock::Clock;
use crate::jobs::finish::{Finishing, PROGRAM, keep_finishing};
use crate::store::Store;
use std::path::PathBuf;
use tokio::task::JoinHandle;

/// The job, when there is a program for it. Without, Recordings wait closed until there is one.
pub(super) fn start(
    config: &Config,
    (store, storage): (&Store, &Storage),
    clock: &Clock,
    recordings: PathBuf,
) -> Option<Job> {
    let program = program(config)?;
    let finishing = Finishing::new(program, recordings, archive::free_bytes, archive::LEAST_FREE);
    let (archive, clock) = ((store.clone(), storage.clone()), clock.clone());
    let take_in = move |recording: Recording, out: PathBuf| {
        let ((store, storage), now) = (archive.clone(), clock.now());
        async move {
            archive::take_in(&store, &storage, &recording, &out, now).await?;
            Ok::<(), TakeInError>(())
        }
    };
    Some(Job(tokio::spawn(keep_finishing(store.clone(), finishing, take_in))))
}

/// The program that finishes Recordings and makes the sound of live streams; without it there is neither.
pub(super) fn program(config: &Config) -> Option<PathBuf> {
    let program = config.finish_program.clone().or_else(beside_the_server)?;
    if !program.is_file() {
        tracing::warn!(program = %program.display(), "recordings wait, and there are no live streams: this is not there");
        return None;
    }
    Some(program)
}

fn beside_the_server() -> Option<PathBuf> {
    std::env::current_exe().ok().map(|server| server.with_file_name(PROGRAM))
}

pub(super) struct Job(JoinHandle<()>);

impl Job {
    /// The child goes with the job; the next start goes on where it was.
    pub(super) async fn stop(self) {
        self.0.abort();
        if let Err(error) = self.0.await
            && !error.is_cancelled()
        {
            tracing::error!(%error, "finishing of recordings ended badly");
        }
    }
}
