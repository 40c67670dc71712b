#!/usr/bin/env bash
# Installs the named Debian packages that are missing, and a Node that Vite can use. Does nothing when all is there.
# `cargo-fuzz` is no Debian package: it comes with cargo, and brings a nightly compiler.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=() fuzz=
for package in "$@"; do
  case "$package" in
    # A Node from elsewhere brings its own npm; Debian's would conflict with it.
    npm) command -v npm >/dev/null || missing+=(npm) ;;
    cargo-fuzz) fuzz=1 ;;
    chromium) command -v chromium >/dev/null || missing+=(chromium) ;;
    *) dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package") ;;
  esac
done
if ((${#missing[@]})); then
  echo "正在安装：${missing[*]}"
  root=(); [ "$(id -u)" = 0 ] || root=(sudo)
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

command -v cargo >/dev/null || { echo "需要 Rust 工具链（cargo 1.94 或更新）：请先安装 rustup。" >&2; exit 1; }

if [ "$fuzz" ]; then
  if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "正在安装：Rust nightly（cargo fuzz 需要）"
    rustup toolchain install nightly --profile minimal --no-self-update
  fi
  if ! command -v cargo-fuzz >/dev/null; then
    echo "正在安装：cargo-fuzz（cargo install cargo-fuzz --locked，约两分钟）"
    cargo install --quiet cargo-fuzz --locked
  fi
  exit 0
fi

# Vite needs Node 20.19; Debian 12 and Ubuntu 24.04 package 18.
new_enough='const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
if ! node -e "$new_enough" 2>/dev/null; then
  mkdir -p .cache/node
  (cd .cache/node && npm install --no-fund --no-audit --silent --prefix . node@22)
fi
