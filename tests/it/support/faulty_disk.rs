//! A disk that is full, or whose syncs fail, when a test says so: a small C library preloaded into the program.

use std::path::PathBuf;
use std::process::Command;

pub(crate) struct FaultyDisk {
    folder: tempfile::TempDir,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Well,
    /// No file of the database can grow.
    Full,
    /// No sync of the database succeeds.
    SyncFails,
    /// No line and no fragment of a Recording finds room, but for a part of it.
    RecordingsFull,
}

impl FaultyDisk {
    /// Well, to begin with.
    pub(crate) fn new() -> Self {
        let disk = Self { folder: tempfile::tempdir().unwrap() };
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/faulty_disk.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-o"]).arg(disk.library()).arg(source);
        assert!(compiler.status().expect("a C compiler is among the tools of the build").success());
        disk.becomes(Health::Well);
        disk
    }

    pub(crate) fn becomes(&self, health: Health) {
        let order = match health {
            Health::Well => "w",
            Health::Full => "f",
            Health::SyncFails => "s",
            Health::RecordingsFull => "r",
        };
        // Renamed into place: the program never reads half an order.
        let draft = self.folder.path().join("draft");
        std::fs::write(&draft, order).unwrap();
        std::fs::rename(draft, self.orders()).unwrap();
    }

    /// What the program is to be started with.
    pub(crate) fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![("LD_PRELOAD", self.library()), ("LECTERN_TEST_DISK", self.orders())]
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join("faulty_disk.so")
    }

    fn orders(&self) -> PathBuf {
        self.folder.path().join("orders")
    }
}
