//! Policies on the command line: checking a file before it is put in force, and telling people what one says.

use crate::domain::policy::{self, Policy, PolicyError};
use anyhow::{Context, bail};
use std::fmt::Write as _;
use std::path::Path;

/// A sentence when the file can be meant; otherwise every mistake as `FILE:LINE: reason`.
pub fn check(file: &Path) -> anyhow::Result<String> {
    let policy = read(file)?;
    let rules = policy.criteria.len() + policy.choices.len();
    Ok(format!("{}：没有错误。《{}》第 {} 版，{rules} 项。", file.display(), policy.title, policy.version))
}

/// What the newest built-in version of a programme says, or a file.
pub fn explain(key_or_file: &Path) -> anyhow::Result<String> {
    let known = policy::built_in().iter().filter(|one| key_or_file.as_os_str() == one.key.as_str());
    let told = match known.max_by_key(|one| one.version) {
        Some(policy) => policy::explain(policy),
        None if key_or_file.exists() => policy::explain(&read(key_or_file)?),
        None => {
            let keys: Vec<&str> = policy::built_in().iter().map(|one| one.key.as_str()).collect();
            bail!("没有考核办法 {}，内置的有 {}。", key_or_file.display(), keys.join("、"));
        }
    };
    Ok(told.to_string())
}

fn read(file: &Path) -> anyhow::Result<Policy> {
    let text = std::fs::read_to_string(file).with_context(|| format!("文件 {} 读不出来", file.display()))?;
    Policy::parse_with(&text, |name| document(file, name)).map_err(|errors| mistakes(file, &errors))
}

/// The quoted document stands in `sources` beside the file; otherwise the built-in one.
fn document(file: &Path, name: &str) -> Option<String> {
    // A name, not a way to somewhere else.
    let plain = Path::new(name).file_name().is_some_and(|last| last == name);
    let beside = file.parent().filter(|_| plain).map(|folder| folder.join("sources").join(name));
    beside.and_then(|path| std::fs::read_to_string(path).ok()).or_else(|| policy::document(name).map(str::to_owned))
}

fn mistakes(file: &Path, errors: &[PolicyError]) -> anyhow::Error {
    let mut text = format!("有 {} 处错误", errors.len());
    for PolicyError { line, reason } in errors {
        let _infallible = write!(text, "\n{}:{line}: {reason}", file.display());
    }
    anyhow::Error::msg(text)
}
