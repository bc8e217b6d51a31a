# Everything from a fresh machine to tested results; see `make help`. Every target can be run
# again: a step is skipped while the content of its inputs is what it was when it last succeeded.
#
#   PYTHON=python3.12 make test    another interpreter (3.11 or newer)
#   CXX=g++-13 make test           another compiler (g++ 12 or newer, clang 16 or newer)
#   KAM_NO_INSTALL=1 make test     never call apt; print what is missing instead

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test test-all bench bench-gate bench-peers check clean distclean \
        setup-build setup-test setup-all cpp venv python

PYTHON ?= python3
export PYTHON

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

DEMO_FILES := $(addprefix build/demo/,scores.parquet report.html key_accounts.parquet key_accounts.html)

demo: setup-build python  ## score the example portfolios: build/demo/report.html, key_accounts.html
	@mkdir -p build/demo
	@echo "scoring CDNOW, 69,659 purchases of 23,570 customers: some seconds" >&2
	@examples/cdnow/demo.sh
	@echo "scoring sixty simulated key accounts: some seconds" >&2
	@examples/key_accounts/demo.sh
	@for file in $(DEMO_FILES); do \
	  if [[ ! -s $$file ]]; then echo "demo: $$file was not written" >&2; exit 1; fi; \
	done
	@echo "written: $(DEMO_FILES)" >&2

test: setup-test cpp python  ## C++, Python, examples, consumer projects, checks; "N passed, N failed"
	@tools/run_tests.sh

test-all: setup-all cpp python  ## test, and the slow suites: recovery, sanitizers, fuzzing, peers
	@tools/run_tests.sh --all

bench: setup-test cpp  ## C++ microbenchmarks; JSON in build/bench/
	@tools/run_bench.sh

bench-gate: setup-all cpp  ## instruction counts against bench/baseline.json (valgrind)
	@tools/bench_gate.py

bench-peers: setup-build python  ## kam beside the libraries a user would pick instead
	@bench/peers/run.sh

check: setup-test cpp python  ## format, include direction, headers alone, lint, types, stubs, links, pages
	@tools/check.sh

clean:  ## remove build/
	rm -rf build

distclean: clean  ## remove build/ and .venv/
	rm -rf .venv

# ---- steps -------------------------------------------------------------------------------------

setup-build setup-test setup-all: setup-%:
	@tools/setup.sh $*

cpp:
	@export CXX="$$(tools/compiler.sh)"; \
	tools/when_changed.sh build/release/.configured CMakePresets.json =$$CXX -- \
	  cmake --preset release --fresh
	@cmake --build build/release

venv:
	@tools/when_changed.sh .venv/.requirements requirements/test.txt =$$($(PYTHON) -VV) -- \
	  tools/make_venv.sh

# Where the C++ library has been built here, the extension links it instead of building it again.
# While there is no package yet there is nothing to install.
ifneq ($(wildcard python/kam/__init__.py),)
python: venv
	@export CXX="$$(tools/compiler.sh)"; library=; \
	told="building the C++ library and its Python extension: about 6 minutes on two cores"; \
	if [[ -f build/release/.configured ]]; then \
	  told="building the Python extension: a minute or two"; \
	  cmake --build build/release --target kam >/dev/null; library=$$PWD/build/release/libkam.a; fi; \
	tools/when_changed.sh .venv/.kam =$$CXX .venv/.requirements \
	    pyproject.toml CMakeLists.txt README.md cmake include profiles src python/CMakeLists.txt \
	    python/src python/kam -- \
	  tools/telling.sh "$$told" .venv/bin/python -m pip install --quiet --no-build-isolation --no-deps --force-reinstall \
	    -Ccmake.define.KAM_PREBUILT=$$library .
else
python: venv
endif

# The steps share the two cores better one after the other.
.NOTPARALLEL:
