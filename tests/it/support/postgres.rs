//! A PostgreSQL that the tests start for themselves: one cluster for the whole binary, a fresh database for each test.
//!
//! It listens on a Unix socket only, so it needs no port. A shell watches over it: when the test binary is gone, however
//! it went, the shell's standard input closes, and the shell stops the server and removes its files.

use sqlx::{AnyPool, AssertSqlSafe};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Durability is not what these tests are about, and `fsync=off` makes a fresh database cheap.
const SCRIPT: &str = r#"
set -eu
bin=$1
dir=$(mktemp -d "${TMPDIR:-/tmp}/lectern-pg.XXXXXX")
stop() { "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true; rm -rf "$dir"; }
trap stop EXIT
cd "$dir"
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/log" 2>&1 ||
    { cat "$dir/log" >&2; exit 1; }
"$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 start >"$dir/start" 2>&1 \
    -o "-k $dir -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=32MB" ||
    { cat "$dir/start" "$dir/log" >&2; exit 1; }
echo "$dir"
read -r _ || true
"#;

struct Cluster {
    socket_dir: PathBuf,
    /// Held open for as long as the binary lives.
    _stdin: ChildStdin,
    _watch: Child,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The URL of a fresh, empty database.
pub(crate) async fn fresh_database() -> String {
    sqlx::any::install_default_drivers();
    let cluster = tokio::task::spawn_blocking(|| CLUSTER.get_or_init(start)).await.unwrap();
    let name = format!("lectern_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let admin = AnyPool::connect(&cluster.url("postgres")).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&admin).await.unwrap();
    admin.close().await;
    cluster.url(&name)
}

impl Cluster {
    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.socket_dir.display())
    }
}

fn start() -> Cluster {
    let bin = newest_bin().expect("PostgreSQL's server programs are needed: the Debian package is `postgresql`");
    let mut command = if is_root() {
        // PostgreSQL refuses to run as root; its package makes this account.
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", "sh", "-c", SCRIPT, "sh"]);
        command
    } else {
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh"]);
        command
    };
    let mut watch = command
        .arg(&bin)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell starts PostgreSQL");
    let stdin = watch.stdin.take().unwrap();
    let mut line = String::new();
    BufReader::new(watch.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(!line.trim().is_empty(), "PostgreSQL did not start; its messages are above");
    Cluster { socket_dir: PathBuf::from(line.trim()), _stdin: stdin, _watch: watch }
}

/// Debian keeps each major version under its own number.
fn newest_bin() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let bin = entry.path().join("bin");
            let number = entry.file_name().to_str()?.parse().ok()?;
            bin.join("initdb").exists().then_some((number, bin))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(Path::new("/proc/self")).is_ok_and(|me| me.uid() == 0)
}
