# `make` lists the targets. Everything is built below .build; nothing outside this folder is touched, except
# that `make packages` installs system packages where some are missing.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help packages build demo test test-c libraries install uninstall lint format bench bench-tokens bench-peers bench-check \
  sanitize fuzz kill-test kernel-tests coverage clean

# Tests run optimised: the checks for overflow and preconditions stay on, and the solver tests are much
# faster. Testable imports change every object, hence a folder of their own beside the product's.
TEST_FLAGS := -c release --scratch-path .build/tests -Xswiftc -enable-testing
PREFIX ?= /usr/local
SWIFT_SOURCES := Package.swift Sources Tests Fuzz/Targets $(wildcard Benchmarks/Package.swift Benchmarks/Sources Benchmarks/Benchmarks)
C_SOURCES = $(shell find include CKernels Tests Benchmarks \( -name '*.c' -o -name '*.h' \) -not -path '*/.build/*')

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

packages: ## install the system packages that are missing (apt, as root or through sudo)
	@.ci/packages

build: packages ## build the library and the command, optimised
	swift build -c release

demo: build ## train on two data sets that ship with the project, and show the certificates
	.build/release/zonotope demo

test: packages ## run all tests, with the trait SuiteSparse
	swift test $(TEST_FLAGS) --traits SuiteSparse
	$(MAKE) test-c

test-c: libraries ## install the C libraries into a temporary folder and use them from C, C++, CMake and Python
	@.ci/packages cmake gcc g++ python3
	.ci/test-c

libraries: packages ## link libzonotope and libzonotope_kernels for C, into .build/c/lib
	.ci/libraries

install: libraries ## install headers and libraries: PREFIX=/usr/local, DESTDIR=
	PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" .ci/install

uninstall: ## take away what install installed
	PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" .ci/install --remove

lint: ## check layout and warnings of all sources
	swift format lint --strict --recursive $(SWIFT_SOURCES)
	.ci/lint-c

format: ## lay out all sources
	swift format --in-place --recursive $(SWIFT_SOURCES)
	if command -v clang-format >/dev/null; then clang-format -i $(C_SOURCES); fi

# An environment that pins the kernels of OpenBLAS would falsify the comparison.
bench: packages ## measure the performance cases and tables of kernels; BENCH=--help lists the choices
	cd Benchmarks && env -u OPENBLAS_CORETYPE swift run -c release zonotope-cases $(BENCH)

bench-tokens: packages ## measure layers on tokens, docs/token-benchmarks.md; BENCH="digits", adam, teachers, steps, factored
	cd Benchmarks && env -u OPENBLAS_CORETYPE swift run -c release zonotope-tokens $(BENCH)

bench-peers: packages ## our seconds beside adelie, celer, skglm, pyscnn and scikit-learn; PEERS="--seconds 60 ..."
	Benchmarks/Peers/run $(PEERS)

bench-check: packages ## fail where a kernel is slower, beside its yardstick, than the thresholds in Benchmarks allow
	.ci/bench-check

sanitize: packages ## run the tests under the Address, Thread and Undefined sanitizers
	.ci/sanitize

kernel-tests: ## test the kernels as a C program: natively, under valgrind, under qemu-user for aarch64
	.ci/test-kernels

coverage: packages ## print how much of CKernels the tests of the kernels reach
	.ci/coverage

fuzz: packages ## feed the readers with damaged files, FUZZ_SECONDS=60 each
	Fuzz/run

kill-test: libraries ## kill a process that saves a model over and over, 200 times, and load the file each time
	.ci/kill-test

clean: ## remove everything that was built
	rm -rf .build Benchmarks/.build
