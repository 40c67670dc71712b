//! `lectern policy`: whoever writes a Policy is told where it is wrong and what it says.

use std::path::Path;
use std::process::{Command, Output};

fn policy(words: &[&str], file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lectern")).arg("policy").args(words).arg(file).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn built_in(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(name)
}

#[test]
fn a_good_file_is_called_good() {
    let said = policy(&["check"], &built_in("city-5.toml"));
    assert!(said.status.success(), "{}", text(&said.stderr));
    assert!(
        text(&said.stdout).contains("没有错误。《市名师工作室实施方案（三年周期）》第 2 版，19 项。"),
        "{}",
        text(&said.stdout)
    );
}

#[test]
fn every_mistake_is_a_line_that_an_editor_can_follow() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let good = std::fs::read_to_string(built_in("zhejiang-2019.toml")).unwrap();
    let bad = good.replace("at_least = 50 }", "at_least = 500 }").replace("choose = 1", "choose = 9");
    let line = |part: &str| bad[..bad.find(part).unwrap()].matches('\n').count() + 1;
    std::fs::write(&file, &bad).unwrap();
    let said = policy(&["check"], &file);
    assert_eq!(said.status.code(), Some(1));
    let name = file.display();
    assert_eq!(
        text(&said.stderr),
        format!(
            "lectern：有 2 处错误\n{name}:{}: 比例不能超过 100%。\n{name}:{}: 选做 9 项，可选的有 4 项。\n",
            line("is = { at_least = 500"),
            line("choose = 9"),
        )
    );
    let said = policy(&["check"], &folder.path().join("nowhere.toml"));
    assert!(text(&said.stderr).contains("读不出来") && !said.status.success());
}

#[test]
fn the_document_beside_the_file_is_the_one_that_is_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("changsha.toml");
    std::fs::copy(built_in("changsha-2020.toml"), &file).unwrap();
    assert!(policy(&["check"], &file).status.success(), "the built-in document");
    std::fs::create_dir(folder.path().join("sources")).unwrap();
    std::fs::write(folder.path().join("sources/changsha-2020.txt"), "别的文件。\n").unwrap();
    let said = policy(&["check"], &file);
    assert!(!said.status.success());
    assert!(text(&said.stderr).contains("文件里没有这句话，引文要一字不差。"), "{}", text(&said.stderr));
}

#[test]
fn a_programme_is_told_by_its_key_or_its_file() {
    let by_key = policy(&["explain"], Path::new("zhejiang-2019"));
    let told = text(&by_key.stdout);
    for part in [
        "浙江省名师网络工作室项目（第三轮）",
        "S1-05  带头人名额  [名单]\n      工作室现有学科（专业）带头人 10 至 15 人。\n      “每个工作室招收学科（专业）带头人10名，最多不超过15名”（三(1)1，第 17 行）",
        "年度考核合格的，负责人和学科（专业）带头人每人计 30 学分。",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    assert_eq!(by_key.stdout, policy(&["explain"], &built_in("zhejiang-2019.toml")).stdout);
    let said = policy(&["explain"], Path::new("nowhere-1"));
    assert!(
        !said.status.success() && text(&said.stderr).contains("内置的有 zhejiang-2019、"),
        "{}",
        text(&said.stderr)
    );
}
