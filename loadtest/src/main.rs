//! Members made of code: publish a test broadcast, watch in crowds, measure, and say what was seen.

mod attendance;
mod broadcast;
mod clock;
mod floor;
mod h264;
mod hls;
mod house;
mod janus;
mod join;
mod junk;
mod liar;
mod light;
mod member;
mod process;
mod publish;
mod publisher;
mod report;
mod sdp;
mod source;
mod stats;
#[cfg(test)]
mod testing;

use clap::Parser;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// Members made of code for a Lectern server.
#[derive(Parser)]
#[command(version)]
enum Command {
    /// Give a test lesson: a slide with a clock and a tone, in three layers.
    Publish(publish::Options),
    /// Let many viewers watch, and measure what they see and what it costs the server.
    Broadcast(broadcast::Options),
    /// Let many viewers watch over HLS, and measure what they miss and what it costs the server.
    Hls(hls::Options),
    /// Play a scripted Session of many lives, and compare everybody's record with a reference model.
    Attendance(attendance::Options),
    /// Measure what sealing and sending cost without any server: nothing can forward for less.
    Floor(floor::Options),
    /// Throw what strangers may throw at the media port.
    Junk(junk::Options),
    /// Publish with right keys and bad manners.
    Liar(liar::Options),
}

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info,rtc=error".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let code = match Command::parse() {
        Command::Publish(options) => publish::run(options).await.map(|()| 0),
        Command::Broadcast(options) => broadcast(options).await,
        Command::Hls(options) => hls(options).await,
        Command::Attendance(options) => attendance(options).await,
        Command::Floor(options) => floor(options).await,
        Command::Junk(options) => junk(options).await,
        Command::Liar(options) => liar(options).await,
    };
    match code {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn broadcast(options: broadcast::Options) -> anyhow::Result<u8> {
    let json = options.json;
    let report = broadcast::run(options).await?;
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
    } else {
        writeln!(out, "{report}")?;
    }
    Ok(report.verdict.code())
}

async fn hls(options: hls::Options) -> anyhow::Result<u8> {
    let json = options.json;
    let report = hls::run(options).await?;
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
    } else {
        writeln!(out, "{report}")?;
    }
    Ok(report.verdict.code())
}

async fn attendance(options: attendance::Options) -> anyhow::Result<u8> {
    let found = attendance::run(options).await?;
    writeln!(std::io::stdout().lock(), "{found}")?;
    Ok(found.verdict().code())
}

async fn floor(options: floor::Options) -> anyhow::Result<u8> {
    let floor = tokio::task::spawn_blocking(move || floor::run(&options)).await??;
    writeln!(std::io::stdout().lock(), "{}", serde_json::to_string(&floor)?)?;
    Ok(0)
}

async fn junk(options: junk::Options) -> anyhow::Result<u8> {
    let report = tokio::task::spawn_blocking(move || junk::run(&options)).await??;
    writeln!(std::io::stdout().lock(), "{}", serde_json::to_string(&report)?)?;
    Ok(0)
}

async fn liar(options: liar::Options) -> anyhow::Result<u8> {
    let report = liar::run(options).await?;
    writeln!(std::io::stdout().lock(), "{}", serde_json::to_string(&report)?)?;
    Ok(0)
}
