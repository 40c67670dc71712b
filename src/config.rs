//! Every option of the server: one struct, filled from flags, then `LECTERN_*`, then one TOML file, then defaults.
//!
//! The doc comment of a field is its help text, so it is written in the language of the people who run a server. Values of
//! the TOML file become clap's defaults, which is how one struct serves all four sources.

use clap::{Args, Command};
use serde::{Serialize, Serializer};
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The signing key's file in the data directory.
pub const SECRET_KEY_FILE: &str = "secret.key";

const MOST_SHARDS: u16 = 64;

/// The options of `lectern serve`; other subcommands use the few that tell where the data is.
#[derive(Debug, Clone, Args, Serialize)]
pub struct Config {
    /// 配置文件（TOML），键名与长选项相同，用下划线。长期运行时，写在文件里比写在命令行里更容易核对和备份。
    #[arg(long, env = "LECTERN_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// 数据目录：数据库、证书和签名密钥都在这里。备份这一个目录，就备份了全部数据。
    #[arg(long, env = "LECTERN_DATA_DIR", value_name = "DIR", default_value = "./data")]
    pub data_dir: PathBuf,

    /// 数据库地址，sqlite: 或 postgres: 开头。不填就用数据目录里的 SQLite，一个县不需要另装数据库；多台服务器共用时填 PostgreSQL。
    #[arg(long, env = "LECTERN_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    #[serde(serialize_with = "without_password")]
    pub database_url: Option<String>,

    /// 明文 HTTP 的监听地址，或 off。默认只对本机开放：浏览器只在本机或 HTTPS 页面里允许使用摄像头。
    #[arg(long, env = "LECTERN_HTTP_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub http_listen: Listen,

    /// HTTPS 的监听地址，或 off。其他设备要打开摄像头和麦克风，必须走 HTTPS。
    #[arg(long, env = "LECTERN_HTTPS_LISTEN", value_name = "ADDR", default_value = "0.0.0.0:8443")]
    pub https_listen: Listen,

    /// 证书文件（PEM，含中间证书）。不填就在第一次启动时自己签一张，浏览器会提示一次“不受信任”。
    #[arg(long, env = "LECTERN_CERTIFICATE", value_name = "FILE", requires = "private_key")]
    pub certificate: Option<PathBuf>,

    /// 证书的私钥文件（PEM）。与证书成对填写，单独一个没有用处。
    #[arg(long, env = "LECTERN_PRIVATE_KEY", value_name = "FILE", requires = "certificate")]
    pub private_key: Option<PathBuf>,

    /// 对外的域名或地址，可填多个。写进自签证书和启动提示，服务器自己看不到路由器或域名那一侧的名字。
    #[arg(long, env = "LECTERN_PUBLIC_HOSTS", value_name = "HOST", value_delimiter = ',')]
    pub public_hosts: Vec<String>,

    /// 告诉浏览器的音视频地址，可填多个。不填就用本机全部网卡地址和 127.0.0.1；服务器在地址转换后面时，要填外网地址。
    #[arg(long, env = "LECTERN_MEDIA_ADDRESSES", value_name = "IP", value_delimiter = ',')]
    pub media_addresses: Vec<IpAddr>,

    /// 音视频的第一个 UDP 端口，每个媒体线程依次占一个。防火墙要放行它们；默认值低于 32768，不会被系统的临时端口占走。
    #[arg(long, env = "LECTERN_MEDIA_PORT", value_name = "PORT", default_value_t = 7780,
          value_parser = clap::value_parser!(u16).range(1..))]
    pub media_port: u16,

    /// 告诉浏览器的音视频 TCP 端口，或 off。不填就是 HTTPS 的端口（没有 HTTPS 时是 HTTP 的）：UDP 被拦住的学校靠它也能看到画面。前面有端口映射时，填外面看到的端口。
    #[arg(long, env = "LECTERN_MEDIA_TCP", value_name = "PORT|off")]
    pub media_tcp: Option<MediaTcp>,

    /// 媒体线程数。不填就每个 CPU 核心一个：一个线程用满一个核心，再多只会互相抢。
    #[arg(long, env = "LECTERN_MEDIA_SHARDS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub media_shards: Option<u16>,

    /// 一场直播所在的媒体线程用到核心的百分之多少以后，新来的观众就放到最闲的线程上。填 0 就总是放到最闲的，填 100 就从不分开。
    #[arg(long, env = "LECTERN_MEDIA_SPREAD_ABOVE", value_name = "PERCENT", default_value_t = 60,
          value_parser = clap::value_parser!(u32).range(0..=100))]
    pub media_spread_above: u32,

    /// 导出 PDF 用的中文字体文件（ttf、otf 或 ttc）。不填就用系统里的思源黑体、文泉驿等；一个也没有时不能导出 PDF，表格不受影响。
    #[arg(long, env = "LECTERN_FONT", value_name = "FILE")]
    pub font: Option<PathBuf>,

    /// 别人打开这台服务器用的地址，例如 https://jyy.example.cn。证书、通知和报告上印的核对码指向它；不填就用下载的人当时打开的地址。
    #[arg(long, env = "LECTERN_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,

    /// 整理录制的程序。不填就用服务器程序旁边的 lectern-finish；没有它时录制照常进行，留着等以后整理。
    #[arg(long, env = "LECTERN_FINISH_PROGRAM", value_name = "FILE")]
    pub finish_program: Option<PathBuf>,

    /// 第一次启动时放入演示数据（工作室、学校、教师和活动），并打印演示账号。正式使用时不要打开，演示密码是公开的。
    #[arg(long, env = "LECTERN_DEMO")]
    pub demo: bool,

    /// 演示时是否放一场正在进行的示范直播（on 或 off）。第一次打开就有画面可看，不必先找一台带摄像头的电脑。
    #[arg(long, env = "LECTERN_DEMO_BROADCAST", value_name = "on|off", default_value = "on", requires = "demo")]
    pub demo_broadcast: Switch,

    /// 日志级别，例如 info 或 info,lectern=debug。默认 info：每场直播几行，不会按包写日志。
    #[arg(long, env = "LECTERN_LOG", value_name = "FILTER", default_value = "info,rtc_dtls=error")]
    pub log: String,

    /// 一场直播最多进多少人（设备）。超出时明确拒绝，好过让已经进来的人一起卡顿。
    #[arg(long, env = "LECTERN_PLACES_PER_SESSION", value_name = "N", default_value_t = 1000,
          value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub places_per_session: u32,

    /// 一场直播最多有多少观众用实时线路（WebRTC）收看；再来的自动换成普通播放（HLS，晚约 7 秒）。主持人、主讲人和已获准发言的人不占名额。
    #[arg(long, env = "LECTERN_WEBRTC_PLACES_PER_SESSION", value_name = "N", default_value_t = 500,
          value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub webrtc_places_per_session: u32,

    /// 最多同时进行多少场直播。每场都占内存和带宽，到了上限先劝阻新的，不影响正在上课的。
    #[arg(long, env = "LECTERN_SESSIONS_AT_ONCE", value_name = "N", default_value_t = 100,
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub sessions_at_once: u32,

    /// 停机时最多等多少秒。这段时间用来通知课堂、写完考勤；到时间仍未断开的连接会被关闭。
    #[arg(long, env = "LECTERN_DRAIN_SECONDS", value_name = "SECONDS", default_value_t = 10,
          value_parser = clap::value_parser!(u64).range(0..=600))]
    pub drain_seconds: u64,

    /// 资源（录像、课件等）存放的 S3 兼容存储的地址，例如 https://s3.example.com。不填就放在数据目录的 objects 文件夹里，一个县够用。
    #[arg(long, env = "LECTERN_OBJECT_ENDPOINT", value_name = "URL", requires = "object_bucket")]
    pub object_endpoint: Option<String>,

    /// S3 存储桶的名称。桶要事先建好，服务器只在里面放 resources/ 开头的对象。
    #[arg(long, env = "LECTERN_OBJECT_BUCKET", value_name = "NAME", requires = "object_endpoint")]
    pub object_bucket: Option<String>,

    /// S3 存储的区域名。多数自建存储不看它，用默认值即可。
    #[arg(long, env = "LECTERN_OBJECT_REGION", value_name = "NAME", default_value = "us-east-1")]
    pub object_region: String,

    /// S3 的访问密钥编号，与访问密钥成对使用。不填就不带签名，只有同机测试用的存储才会接受。
    #[arg(long, env = "LECTERN_OBJECT_ACCESS_KEY", value_name = "KEY", default_value = "")]
    pub object_access_key: String,

    /// S3 的访问密钥。最好用环境变量给，不要写在命令行里：同机的其他人看得到命令行。
    #[arg(long, env = "LECTERN_OBJECT_SECRET_KEY", value_name = "SECRET", default_value = "", hide_env_values = true)]
    #[serde(skip)]
    pub object_secret_key: String,

    /// 每个工作室的资源最多占多少 GB。超出时上传会被拒绝，录像仍会归档，免得上完课却没有回放。
    #[arg(long, env = "LECTERN_STUDIO_QUOTA_GB", value_name = "GB", default_value_t = 100,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub studio_quota_gb: u32,

    /// 原始录制保留多少天：从录像整理归档那天算起，过后核对归档无误再清理；0 表示一直保留。封存的录像不清理，整理失败的也不清理。
    #[arg(long, env = "LECTERN_CAPTURES_KEPT_DAYS", value_name = "DAYS", default_value_t = 30,
          value_parser = clap::value_parser!(u32).range(0..=36_500))]
    pub captures_kept_days: u32,

    /// 签名密钥文件，第一次启动时生成，只有服务器账户可读。多台服务器要用同一份，进入凭证才能互认。
    #[arg(long, env = "LECTERN_SECRET_KEY_FILE", value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,
}

/// The start of an address, without anything after the host.
fn public_url(written: &str) -> Result<String, String> {
    let wrong = || "要写成 https://主机 或 http://主机:端口，后面不带路径".to_owned();
    let plain = written.trim().trim_end_matches('/');
    let (scheme, host) = plain.split_once("://").ok_or_else(wrong)?;
    let known = matches!(scheme, "https" | "http");
    let plain_host = !host.is_empty() && !host.contains(['/', '?', '#', '@']) && !host.contains(char::is_whitespace);
    if known && plain_host { Ok(plain.to_owned()) } else { Err(wrong()) }
}

/// Where to listen, or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listen {
    At(SocketAddr),
    Off,
}

/// The port that clients without UDP are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaTcp {
    Port(u16),
    Off,
}

/// `on` or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    On,
    Off,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("配置文件 {path} 读不出来")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("配置文件 {path} 不是正确的 TOML")]
    NotToml { path: PathBuf, source: Box<toml::de::Error> },
    #[error("配置文件里没有“{key}”这个选项，请对照 lectern serve --help")]
    UnknownKey { key: String },
    #[error("配置文件里“{key}”的值要写成一个值或一列值")]
    NotAValue { key: String },
}

impl Config {
    pub fn database_url(&self) -> String {
        database_url(self.database_url.as_deref(), &self.data_dir)
    }

    pub fn secret_key_file(&self) -> PathBuf {
        self.secret_key_file.clone().unwrap_or_else(|| self.data_dir.join(SECRET_KEY_FILE))
    }

    pub fn media_shards(&self) -> u16 {
        let one_per_core = || std::thread::available_parallelism().map_or(1, |n| u16::try_from(n.get()).unwrap_or(64));
        self.media_shards.unwrap_or_else(one_per_core).min(MOST_SHARDS)
    }

    /// In thousandths of a core. A thread that uses its whole core is never above it.
    pub fn spread_above(&self) -> u32 {
        if self.media_spread_above == 100 { u32::MAX } else { self.media_spread_above * 10 }
    }

    /// The options as they took effect, as TOML, less secrets: what start-up prints.
    pub fn effective(&self) -> String {
        toml::to_string(self).unwrap_or_else(|e| format!("# {e}\n"))
    }
}

/// The given database, else the SQLite file in the data directory.
pub fn database_url(given: Option<&str>, data_dir: &Path) -> String {
    given.map_or_else(|| format!("sqlite:{}", data_dir.join("lectern.db").display()), str::to_owned)
}

/// Gives every subcommand of `command`, at any depth, that knows an option of the TOML file named in `args` (or in the environment) the
/// file's value as that option's default.
pub fn with_file_defaults(command: Command, args: &[OsString]) -> Result<Command, ConfigError> {
    let Some(path) = config_path(&command, args) else { return Ok(command) };
    let text =
        std::fs::read_to_string(&path).map_err(|source| ConfigError::Unreadable { path: path.clone(), source })?;
    let table: toml::Table = text.parse().map_err(|source| ConfigError::NotToml { path, source: Box::new(source) })?;
    apply_table(command, &table)
}

fn apply_table(mut command: Command, table: &toml::Table) -> Result<Command, ConfigError> {
    for (key, value) in table {
        let values = plain_values(key, value)?;
        let known;
        (command, known) = with_default(command, key, &values);
        if !known || key == "config" {
            return Err(ConfigError::UnknownKey { key: key.clone() });
        }
    }
    Ok(command)
}

/// Gives the option this default in every subcommand that has it, and tells whether one had it.
fn with_default(mut command: Command, key: &str, values: &[String]) -> (Command, bool) {
    let subcommands: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let mut known = false;
    for name in &subcommands {
        command = command.mut_subcommand(name, |sub| {
            let has_it = sub.get_arguments().any(|arg| arg.get_id() == key);
            let sub = if has_it { sub.mut_arg(key, |arg| arg.default_values(values.to_vec())) } else { sub };
            let (sub, below) = with_default(sub, key, values);
            known |= has_it || below;
            sub
        });
    }
    (command, known)
}

fn plain_values(key: &str, value: &toml::Value) -> Result<Vec<String>, ConfigError> {
    let one = |v: &toml::Value| match v {
        toml::Value::String(s) => Ok(s.clone()),
        toml::Value::Integer(n) => Ok(n.to_string()),
        toml::Value::Boolean(b) => Ok(b.to_string()),
        _ => Err(ConfigError::NotAValue { key: key.to_owned() }),
    };
    match value {
        toml::Value::Array(list) => list.iter().map(one).collect(),
        single => Ok(vec![one(single)?]),
    }
}

/// Looks for `--config` before the real parse, so that its values can be defaults of that parse.
fn config_path(command: &Command, args: &[OsString]) -> Option<PathBuf> {
    let matches = command.clone().ignore_errors(true).try_get_matches_from(args).ok()?;
    let (_, mut innermost) = matches.subcommand()?;
    while let Some((_, below)) = innermost.subcommand() {
        innermost = below;
    }
    innermost.try_get_one::<PathBuf>("config").ok().flatten().cloned()
}

/// `postgres://name:password@host/db` with the password starred.
fn without_password<S: Serializer>(url: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
    let Some(url) = url else { return to.serialize_none() };
    to.serialize_some(&starred(url))
}

fn starred(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((credentials, host)) = rest.rsplit_once('@') else { return url.to_owned() };
    let name = credentials.split_once(':').map_or(credentials, |(name, _)| name);
    format!("{scheme}://{name}:***@{host}")
}

impl Listen {
    pub fn address(self) -> Option<SocketAddr> {
        match self {
            Self::At(address) => Some(address),
            Self::Off => None,
        }
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self::Off);
        }
        text.parse().map(Self::At).map_err(|_| "要写成 地址:端口，例如 0.0.0.0:8443，或 off".to_owned())
    }
}

impl Serialize for Listen {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::At(address) => to.collect_str(address),
            Self::Off => to.serialize_str("off"),
        }
    }
}

impl FromStr for MediaTcp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "off" => Ok(Self::Off),
            port => match port.parse() {
                Ok(port) if port > 0 => Ok(Self::Port(port)),
                _ => Err("要写成 1 到 65535 的端口号，或 off".to_owned()),
            },
        }
    }
}

impl Serialize for MediaTcp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Port(port) => to.collect_str(port),
            Self::Off => to.serialize_str("off"),
        }
    }
}

/// Makes the data directory; what is in it is for the server's own account only.
pub fn make_data_dir(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

    #[derive(Parser)]
    struct Cli {
        #[command(subcommand)]
        verb: Verb,
    }

    #[derive(Subcommand)]
    enum Verb {
        Serve(Config),
    }

    fn parse(args: &[&str], toml: &str) -> Result<Config, String> {
        let table: toml::Table = toml.parse().unwrap();
        let command = apply_table(Cli::command(), &table).map_err(|e| e.to_string())?;
        let args = ["lectern", "serve"].iter().chain(args);
        let matches = command.try_get_matches_from(args).map_err(|e| e.to_string())?;
        let Verb::Serve(config) = Cli::from_arg_matches(&matches).unwrap().verb;
        Ok(config)
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let config = parse(&["--media-port", "9000"], "media_port = 8000\nmedia_shards = 3").unwrap();
        assert_eq!((config.media_port, config.media_shards, config.drain_seconds), (9000, Some(3), 10));
    }

    #[test]
    fn lists_and_switches_come_from_the_file_too() {
        let config = parse(&[], "demo = true\npublic_hosts = [\"a.example\", \"b.example\"]").unwrap();
        assert!(config.demo);
        assert_eq!(config.public_hosts, ["a.example", "b.example"]);
    }

    #[test]
    fn a_public_address_is_one_without_a_path() {
        let url = |written: &str| parse(&["--public-url", written], "").map(|config| config.public_url.unwrap());
        assert_eq!(url("https://jyy.example.cn/").unwrap(), "https://jyy.example.cn");
        assert_eq!(url("http://10.0.0.8:8080").unwrap(), "http://10.0.0.8:8080");
        for wrong in ["jyy.example.cn", "ftp://jyy.example.cn", "https://", "https://a b", "https://a.example/verify"] {
            assert!(url(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse(&[], "").unwrap().public_url, None);
    }

    #[test]
    fn media_over_tcp_has_a_port_or_none() {
        assert_eq!(parse(&[], "").unwrap().media_tcp, None);
        assert_eq!(parse(&["--media-tcp", "443"], "").unwrap().media_tcp, Some(MediaTcp::Port(443)));
        assert_eq!(parse(&[], "media_tcp = 'off'").unwrap().media_tcp, Some(MediaTcp::Off));
    }

    #[test]
    fn an_unknown_key_in_the_file_is_named() {
        assert!(parse(&[], "meida_port = 1").unwrap_err().contains("meida_port"));
    }

    #[test]
    fn a_wrong_value_in_the_file_is_refused() {
        assert!(parse(&[], "http_listen = \"nowhere\"").is_err());
        assert!(parse(&[], "media_port = 70000").is_err());
        assert!(parse(&[], "media_tcp = 0").is_err());
    }

    #[test]
    fn a_certificate_without_its_key_is_refused() {
        assert!(parse(&["--certificate", "x.pem"], "").is_err());
    }

    #[test]
    fn the_printed_options_keep_the_password_back() {
        let config = parse(&["--database-url", "postgres://lectern:hunter2@db/lectern"], "").unwrap();
        let printed = config.effective();
        assert!(printed.contains("postgres://lectern:***@db/lectern"), "{printed}");
        assert!(!printed.contains("hunter2"));
    }

    #[test]
    fn every_option_has_a_sentence_and_its_reason() {
        let command = Cli::command();
        let serve = command.find_subcommand("serve").unwrap();
        for arg in serve.get_arguments().filter(|a| a.get_id() != "help") {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let sentences = help.chars().filter(|c| "。：；".contains(*c)).count() + usize::from(!help.ends_with('。'));
            assert!(sentences >= 2, "{}: {help}", arg.get_id());
        }
    }
}
