# Two commands matter: `make run` and `make test`. Both install what is missing on Debian 12 or Ubuntu 24.04.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

# A Node new enough for Vite: the system's, or the one that npm's own `node` package carries.
export PATH := $(CURDIR)/.cache/node/node_modules/node/bin:$(PATH)
DATA ?= data

# lectern-finish is built against FFmpeg and its bindings are made by clang; `lectern` itself needs neither.
FFMPEG_PACKAGES := libavcodec-dev libavformat-dev libavfilter-dev libavutil-dev libswresample-dev libswscale-dev libclang-dev clang
BUILD_PACKAGES := build-essential pkg-config cmake npm $(FFMPEG_PACKAGES)
BENCH_PACKAGES := iproute2 janus
TEST_PACKAGES := $(BUILD_PACKAGES) ffmpeg postgresql chromium fonts-noto-cjk poppler-utils python3-venv curl iproute2 nftables

.PHONY: help
help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 16

.PHONY: run
run: tools-build web-build ## Build a release and start it on embedded SQLite in ./data with a demo
	cargo build --release --locked -p lectern -p lectern-loadtest -p lectern-finish
	exec ./target/release/lectern serve --data-dir $(DATA) --demo

.PHONY: build
build: tools-build web-build ## Build a release
	cargo build --release --locked -p lectern -p lectern-loadtest -p lectern-finish

.PHONY: test
test: tools-test web-test check test-rust test-ledger test-attendance test-browser test-interop ## Install what is missing and run every test

.PHONY: check
check: tools-build ## Formatting, lints
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

.PHONY: test-rust
test-rust: tools-test
	cargo build --locked --bins
	if cargo nextest --version >/dev/null 2>&1; then cargo nextest run --locked; else cargo test --locked; fi

.PHONY: web-deps
web-deps: web/node_modules/.package-lock.json
web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-fund --no-audit
	touch node_modules/.package-lock.json

# The server embeds the pages, so they are built anew only when something of them changed: else every start would compile.
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*')
web/dist/index.html: $(WEB_SOURCES) web/node_modules/.package-lock.json
	cd web && npm run build
	touch dist/index.html

.PHONY: web-build
web-build: tools-build web-deps web/dist/index.html

.PHONY: web-test
web-test: web-build ## The web client: types, tests, size of the viewer's entry
	cd web && npm run check && npm test && npm run size

tests/browser/node_modules/.package-lock.json: tests/browser/package-lock.json
	cd tests/browser && npm ci --no-fund --no-audit
	touch node_modules/.package-lock.json

.cache/interop/.installed: tests/interop/requirements.txt
	python3 -m venv .cache/interop
	.cache/interop/bin/pip install --quiet --disable-pip-version-check -r tests/interop/requirements.txt
	touch $@

.PHONY: test-browser
test-browser: tools-test web-build tests/browser/node_modules/.package-lock.json .cache/interop/.installed ## Real Chromium against a real server
	cargo build --locked --bins
	cd tests/browser && node run.mjs

.PHONY: test-interop
test-interop: tools-test .cache/interop/.installed ## Clients that share no code with the server (aiortc over WHIP and WHEP)
	cargo build --locked --bins
	.cache/interop/bin/python tests/interop/run.py

.PHONY: test-ledger
test-ledger: tools-test ## Ten times kill -9 while people come in: nothing acknowledged is lost
	cargo build --locked --bins
	python3 tests/ledger_kill.py

.PHONY: ledger-kill
ledger-kill: tools-build ## The same 200 times on a release build
	cargo build --release --locked -p lectern
	KILLS=$${KILLS:-200} LECTERN_BINARY=$(CURDIR)/target/release/lectern python3 tests/ledger_kill.py

.PHONY: ledger-full-disk
ledger-full-disk: tools-build ## A really full disk in the middle of a lesson with media, on a release build; wants root
	cargo build --release --locked -p lectern -p lectern-loadtest
	export LECTERN_BINARY=$(CURDIR)/target/release/lectern LOADTEST_BINARY=$(CURDIR)/target/release/lectern-loadtest
	python3 tests/ledger_full_disk.py

.PHONY: recording-kill
recording-kill: tools-test ## Fifty times kill -9 while two encoders are recorded, and eight while it is finished, on a release build
	cargo build --release --locked -p lectern -p lectern-loadtest -p lectern-finish
	export LECTERN_BINARY=$(CURDIR)/target/release/lectern LOADTEST_BINARY=$(CURDIR)/target/release/lectern-loadtest
	KILLS=$${KILLS:-50} python3 tests/recording_kill.py
	python3 tests/recording_finish_kill.py

.PHONY: recording-full-disk
recording-full-disk: tools-test ## A really full disk under a Recording, on a release build; wants root
	cargo build --release --locked -p lectern -p lectern-loadtest -p lectern-finish
	export LECTERN_BINARY=$(CURDIR)/target/release/lectern LOADTEST_BINARY=$(CURDIR)/target/release/lectern-loadtest
	python3 tests/recording_full_disk.py

.PHONY: recording-long
recording-long: tools-test ## Half an hour of flashes and beeps published in real time, recorded, finished, and measured; MINUTES=2 is shorter
	cargo build --release --locked -p lectern -p lectern-loadtest -p lectern-finish
	export LECTERN_BINARY=$(CURDIR)/target/release/lectern LOADTEST_BINARY=$(CURDIR)/target/release/lectern-loadtest
	python3 tests/recording_long.py --minutes $${MINUTES:-30}

.PHONY: test-attendance
test-attendance: tools-test ## A minute of many lives: every record says exactly what a reference model predicts
	cargo build --locked --bins
	python3 tests/attendance.py --seconds 57 --with-media 8 --signaling 30 || { code=$$?; [ $$code = 2 ] && echo "机器太慢，这一分钟说明不了什么。" || exit $$code; }

.PHONY: attendance
attendance: tools-build ## The same with 110 people for four and a half minutes on a release build
	cargo build --release --locked -p lectern -p lectern-loadtest
	export LECTERN_BINARY=$(CURDIR)/target/release/lectern LOADTEST_BINARY=$(CURDIR)/target/release/lectern-loadtest
	python3 tests/attendance.py

.PHONY: finish-long
finish-long: tools-test ## Half an hour of flashes and beeps through lectern-finish, and what a minute costs it
	cargo test --release --locked -p lectern-finish --test whole -- --ignored --nocapture --test-threads 1

.PHONY: bench
bench: tools-build ## Measure the server, the floor and Janus; wants root and a quiet machine; QUICK=1 takes 3 minutes
	tests/install.sh $(BENCH_PACKAGES) || echo "没有装上 $(BENCH_PACKAGES)：不与 Janus 比较。"
	cargo build --release --locked -p lectern -p lectern-loadtest
	python3 tests/bench/run.py

.PHONY: load-hls
load-hls: tools-build ## 5,000 viewers over HLS on a release build: VIEWERS=1000 DURATION=30 make load-hls
	cargo build --release --locked -p lectern -p lectern-loadtest -p lectern-finish
	VIEWERS=$${VIEWERS:-5000} python3 tests/hls_load.py

.PHONY: faults
faults: tools-build ## Junk, strangers' hellos and a lying publisher at the media port while others watch and join
	cargo build --release --locked -p lectern -p lectern-loadtest
	python3 tests/faults.py

# Each target goes on from what it found before (.cache/fuzz) and from the seeds, which every test run replays.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= $(basename $(notdir $(wildcard fuzz/targets/*.rs)))

.PHONY: bench-instructions
bench-instructions: tools-build ## Instructions of the media hot path, counted by callgrind
	@tests/install.sh valgrind
	python3 tests/instructions.py

.PHONY: fuzz
fuzz: tools-fuzz ## Feed damaged input to every door for FUZZ_SECONDS each: FUZZ_SECONDS=600 make fuzz
	for target in $(FUZZ_TARGETS); do
	  mkdir -p .cache/fuzz/$$target
	  cargo +nightly fuzz run $$target .cache/fuzz/$$target fuzz/corpus/$$target -- \
	    -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
	done

.PHONY: tools-build
tools-build:
	@tests/install.sh $(BUILD_PACKAGES)

.PHONY: tools-test
tools-test:
	@tests/install.sh $(TEST_PACKAGES)

.PHONY: tools-fuzz
tools-fuzz:
	@tests/install.sh build-essential cargo-fuzz
