//! `lectern`: the server and its few small tools.

use anyhow::{Context, bail};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use lectern::app::audit::{self, KeptHeads, Lines};
use lectern::app::{self, Announcement, policy};
use lectern::config::{self, Config};
use lectern::domain::{SessionId, Time};
use lectern::http::clock::Clock;
use lectern::http::hls;
use lectern::http::key::SigningKey;
use lectern::http::ticket::Ticket;
use lectern::store::{self, Store};
use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};
use tracing_subscriber::EnvFilter;

/// 讲台：名师工作室的直播与网络研修服务器。
#[derive(Parser)]
#[command(name = "lectern", version)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// 启动服务器。
    Serve(Box<Config>),
    /// 打印一个推流（WHIP）或收看（WHEP、HLS）凭证，给编码器或播放器用。
    Token(TokenArgs),
    /// 建立管理员账号，或给忘记密码的管理员换一个新密码。
    Admin(AdminArgs),
    /// 考勤明细的工具。
    #[command(subcommand)]
    Ledger(LedgerVerb),
    /// 考核办法的工具。
    #[command(subcommand)]
    Policy(PolicyVerb),
    /// 打印接口说明（OpenAPI，JSON）。
    Openapi,
}

#[derive(Args)]
struct TokenArgs {
    /// 哪一场直播的编号。
    #[arg(long, value_name = "ID")]
    session: SessionId,
    /// 用来推流（WHIP）。
    #[arg(long, required_unless_present_any = ["watch", "hls"])]
    publish: bool,
    /// 用来收看（WHEP）。
    #[arg(long, conflicts_with = "publish")]
    watch: bool,
    /// 打印 HLS 播放地址的路径，给不会 WebRTC 的播放器用；一到两小时后的整点失效。
    #[arg(long, conflicts_with_all = ["publish", "watch", "ttl", "name"])]
    hls: bool,
    /// 多久后失效，例如 30m、2h、1d。
    #[arg(long, value_name = "SPAN", default_value = "2h", value_parser = span)]
    ttl: Duration,
    /// 在课堂里显示的名称。
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct AdminArgs {
    /// 登录用的账号名。
    #[arg(long, value_name = "NAME", default_value = "admin")]
    login_name: String,
    /// 真实姓名。
    #[arg(long, value_name = "NAME", default_value = "管理员")]
    name: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum LedgerVerb {
    /// 核对考勤明细有没有被改动，指出每一场第一处对不上的行。
    Verify(VerifyArgs),
    /// 逐行打印一场直播的考勤明细。
    Show(ShowArgs),
}

#[derive(Args)]
struct VerifyArgs {
    /// 哪一场直播的编号；不填就核对全部。
    #[arg(long, value_name = "ID")]
    session: Option<SessionId>,
    /// 与以前另存的末行指纹比较，末尾被截掉或整场重写也能发现。
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// 把完整的各场的末行指纹写进这个文件，请存到别的机器上。
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
struct ShowArgs {
    /// 哪一场直播的编号。
    #[arg(long, value_name = "ID")]
    session: SessionId,
    /// 每行一个 JSON 对象，字段与计算指纹时的完全一样。
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Subcommand)]
enum PolicyVerb {
    /// 检查一份考核办法，指出每一处错误在第几行。
    Check(PolicyFileArgs),
    /// 把一份考核办法逐条讲出来，附原文。
    Explain(PolicyArgs),
}

#[derive(Args)]
struct PolicyFileArgs {
    /// 考核办法文件（TOML）；引用的文件放在它旁边的 sources 目录里。
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Args)]
struct PolicyArgs {
    /// 内置考核办法的代号，例如 zhejiang-2019，或文件（TOML）。
    #[arg(value_name = "KEY|FILE")]
    policy: PathBuf,
}

/// Where the server's data is: the same options as those of `serve`.
#[derive(Args)]
struct Place {
    /// 数据目录，与 serve 相同。
    #[arg(long, env = "LECTERN_DATA_DIR", value_name = "DIR", default_value = "./data")]
    data_dir: PathBuf,
    /// 数据库地址，与 serve 相同。
    #[arg(long, env = "LECTERN_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
    /// 签名密钥文件，与 serve 相同。
    #[arg(long, env = "LECTERN_SECRET_KEY_FILE", value_name = "FILE")]
    secret_key_file: Option<PathBuf>,
    /// 配置文件，与 serve 相同。
    #[arg(long, env = "LECTERN_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _nowhere_else_to_say = writeln!(std::io::stderr(), "lectern：{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let args: Vec<OsString> = std::env::args_os().collect();
    let command = config::with_file_defaults(Cli::command(), &args)?;
    let matches = command.get_matches_from(args);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match cli.verb {
        Verb::Serve(config) => serve(*config),
        Verb::Token(args) => token(args),
        Verb::Admin(args) => admin(&args),
        Verb::Ledger(LedgerVerb::Verify(args)) => verify(&args),
        Verb::Ledger(LedgerVerb::Show(args)) => show(&args),
        Verb::Policy(PolicyVerb::Check(args)) => say(&policy::check(&args.file)?),
        Verb::Policy(PolicyVerb::Explain(args)) => say(policy::explain(&args.policy)?.trim_end()),
        Verb::Openapi => say(&lectern::http::document()),
    }
}

fn serve(config: Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log).context("--log 的写法不对")?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // It would be said where the log goes, which panics in whoever logged: a full disk must not end the writer.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    rustls::crypto::ring::default_provider().install_default().ok().context("TLS 没有准备好")?;
    say(&format!(
        "讲台 {}\n\n选项（lectern serve --help 有说明）：\n{}",
        env!("CARGO_PKG_VERSION"),
        config.effective()
    ))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("运行环境没有准备好")?;
    runtime.block_on(app::serve(config, Clock::new(now), |started: &Announcement| {
        let _reader_may_be_gone = say(&started.to_string());
    }))
}

fn token(args: TokenArgs) -> anyhow::Result<()> {
    let path = args.place.secret_key_file.unwrap_or_else(|| args.place.data_dir.join(config::SECRET_KEY_FILE));
    if !path.exists() {
        bail!("{} 里还没有签名密钥，请先启动一次服务器，或用 --data-dir 指明数据目录。", path.display());
    }
    let key = SigningKey::kept_at(&path).with_context(|| format!("签名密钥 {} 读不出来", path.display()))?;
    if args.hls {
        return say(&hls::link(&key, args.session, now()).url);
    }
    let expires = (now() + args.ttl).micros().div_euclid(1_000_000);
    let session = args.session.to_string();
    let ticket = if args.publish {
        Ticket::for_encoder(session, args.name.unwrap_or_else(|| "推流设备".to_owned()), expires)
    } else {
        Ticket::for_player(session, args.name.unwrap_or_else(|| "播放器".to_owned()), expires)
    };
    say(&ticket.seal(&key))
}

fn admin(args: &AdminArgs) -> anyhow::Result<()> {
    config::make_data_dir(&args.place.data_dir).context("数据目录建不出来")?;
    let secret =
        with_store(&args.place, async |store| app::admin::keep(store, &args.login_name, &args.name, now()).await)?;
    say(&format!("管理员 {} 的密码（只显示这一次）：{secret}", args.login_name))
}

fn verify(args: &VerifyArgs) -> anyhow::Result<()> {
    let kept = match &args.against {
        Some(file) => KeptHeads::read(file)?,
        None => KeptHeads::default(),
    };
    let checked = with_ledger(&args.place, async |store| {
        audit::verify(store, args.session, &kept, &mut std::io::stdout().lock()).await
    })?;
    if let Some(file) = &args.heads {
        checked.intact.write(file)?;
    }
    say(&checked.verdict()?)
}

fn show(args: &ShowArgs) -> anyhow::Result<()> {
    let lines = if args.json { Lines::Json } else { Lines::Words };
    with_ledger(&args.place, async |store| {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        audit::show(store, args.session, lines, &mut out).await?;
        out.flush().context("写不到标准输出")
    })
}

/// Looks at a database that is there: an empty new one would be found intact.
fn with_ledger<T>(place: &Place, task: impl AsyncFnOnce(&Store) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let url = config::database_url(place.database_url.as_deref(), &place.data_dir);
    if let Some(file) = store::sqlite_file(&url).filter(|file| !file.exists()) {
        bail!("没有数据库文件 {}，请用 --data-dir 指明数据目录。", file.display());
    }
    with_store(place, task)
}

/// Opens the database for one short task.
fn with_store<T>(place: &Place, task: impl AsyncFnOnce(&Store) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let url = config::database_url(place.database_url.as_deref(), &place.data_dir);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("运行环境没有准备好")?;
    runtime.block_on(async {
        let store = Store::open(&url).await.context("数据库打不开")?;
        let done = task(&store).await;
        store.close().await;
        done
    })
}

fn now() -> Time {
    #[expect(clippy::disallowed_methods, reason = "the one place where the server's wall clock is read")]
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Time::from_micros(0) + since
}

/// `90s`, `30m`, `2h`, `1d`; seconds without a letter.
fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "要写成 30m、2h、1d 的样子".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let count: u64 = digits.parse().map_err(|_| wrong())?;
    let span = count.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)?;
    // A year: a token can't be taken back, only outlived.
    if span.is_zero() || span > Duration::from_secs(366 * 86_400) {
        Err("要在 1 秒到 1 年之间".to_owned())
    } else {
        Ok(span)
    }
}

fn say(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout(), "{text}").context("写不到标准输出")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn spans_are_read_with_their_letter() {
        assert_eq!(span("2h"), Ok(Duration::from_secs(7200)));
        assert_eq!(span("90"), Ok(Duration::from_secs(90)));
        for bad in ["", "h", "2 h", "-1h", "2w", "0s", "99999999999999999999d", "9999d", "２h"] {
            assert!(span(bad).is_err(), "{bad}");
        }
    }
}
