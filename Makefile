# Loa: what a person does with a clone. `make` alone prints the menu.
VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.installed-to-run
TESTS := $(VENV)/.installed-to-test
PEER := $(VENV)/peer
# the lists have every package with its hash, so nothing is resolved, and what builds Loa is in one of them;
# Python compiles modules when it loads them
LISTED := deploy/install-listed.sh $(VENV)
# thousands of small databases are synced to disk many times a second: use memory where 4 GB of it are free
ROOM := $(shell [ "$$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -gt 4000000 ] 2>/dev/null && echo /dev/shm || echo "$${TMPDIR:-/tmp}")
PYTEST := TMPDIR=$(ROOM) $(BIN)/python -m pytest
# for two cores: three workers for what computes, two for browser tests, which wait for the browser half the time, and
# five for stations, fleets and brokers, which wait for nine tenths of theirs: together, so that no core is idle. What
# computes has the lower priority, so that loudspeakers in real time are not held up by it
WORKERS ?= 3
BROWSERS ?= 2
STATIONS ?= 5
WAITING := tests/system tests/simulation tests/integration/simulator tests/integration/devices tests/integration/station tests/integration/notices tests/contract/links
# an idle worker takes the next test; tests/conftest.py says which come first, tests/support/groups.py which stay together
IN_ORDER := --dist loadscope --no-loadscope-reorder
# only browser tests use it, and loading it takes time
BARE := -p no:playwright
EXAMPLES ?= 100
PLANS ?= 10000
SHARE ?= 0.1

# write byte code even if the shell forbids it: a program that starts a hundred times compiles its modules once
unexport PYTHONDONTWRITEBYTECODE
# numpy's BLAS starts a thread for each core in each of hundreds of processes, and each spins for 0.1 s
export OPENBLAS_NUM_THREADS := 1

.DEFAULT_GOAL := menu
.DELETE_ON_ERROR:
.NOTPARALLEL:

.PHONY: menu
menu: ## print this menu
	@printf '%s\n' 'Loa. Cách dùng / usage: make TARGET' ''
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: run
run: $(RUNS) ## set up .venv, start the station with its broker, pages and simulated loudspeakers; Ctrl-C stops it
	@exec $(BIN)/loa up

# while the code is checked on one core, Python compiles the modules on the other, once for all workers; then what mostly
# waits begins. Playwright leaves its event loop in its process, so browser tests run in processes of their own
.PHONY: test
test: everything ## install what tests need, check the code, run every test (nightly: in every way)
	@echo 'Ba nhóm phép thử chạy song song, kết quả của đài và trình duyệt in ở cuối / three groups run side by side; what stations and browsers say comes last'
	@$(MAKE) --no-print-directory check > $(VENV)/check.txt 2>&1 & check=$$!; \
	trap 'kill $$check $$browsers $$stations; exit 130' INT TERM; \
	$(PYTEST) --collect-only -q > $(VENV)/collected.txt 2>&1 || { tail -n 40 $(VENV)/collected.txt; kill $$check; exit 1; }; \
	$(PYTEST) -n $(BROWSERS) $(IN_ORDER) tests/browser --durations=15 > $(VENV)/browsers.txt 2>&1 & browsers=$$!; \
	$(PYTEST) -n $(STATIONS) $(IN_ORDER) -p no:playwright $(WAITING) --durations=15 > $(VENV)/stations.txt 2>&1 & stations=$$!; \
	wait $$check; checked=$$?; cat $(VENV)/check.txt; \
	[ $$checked = 0 ] || { kill $$browsers $$stations; exit $$checked; }; \
	TMPDIR=$(ROOM) nice -n 10 $(BIN)/python -m pytest -n $(WORKERS) $(IN_ORDER) -p no:playwright --ignore=tests/browser $(WAITING:%=--ignore=%) --durations=15; others=$$?; \
	wait $$stations; went=$$?; cat $(VENV)/stations.txt; \
	wait $$browsers; looked=$$?; cat $(VENV)/browsers.txt; \
	for code in $$others $$went $$looked; do [ $$code = 0 ] || exit $$code; done

# the variable applies to all that `test` needs and does; tests/support/nightly.py reads it
.PHONY: nightly
nightly: export LOA_NIGHTLY := 1
nightly: test ## the same with nothing left out: benchmarks, both databases and brokers, pages in each light, all examples

.PHONY: unit
unit: $(TESTS) ## run the unit tests alone (a minute)
	$(PYTEST) -q $(BARE) tests/unit

.PHONY: quick
quick: $(TESTS) parts ## before each commit: unit, architecture, and integration on SQLite; nothing slow (5 minutes)
	@LOA_QUICK=1 $(PYTEST) -q -n $(WORKERS) $(IN_ORDER) -p no:playwright tests/unit tests/architecture tests/integration

.PHONY: check
check: $(TESTS) ## ruff, mypy --strict and the rules of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: fuzz
fuzz: $(TESTS) ## call the JSON interface in tens of thousands of made-up ways, as every role (EXAMPLES a call and role; an hour)
	LOA_NIGHTLY=1 LOA_FUZZ_EXAMPLES=$(EXAMPLES) $(PYTEST) -n $(WORKERS) -m slow tests/integration/web/test_fuzz.py

.PHONY: properties
properties: export LOA_NIGHTLY := 1
properties: $(TESTS) ## look for new counter-examples, have loudspeakers play PLANS random plans, and a week (10 to 20 minutes)
	$(PYTEST) -n $(WORKERS) -q --hypothesis-profile=search tests/unit
	LOA_PLAYED_PLANS=$(PLANS) $(PYTEST) -n $(WORKERS) tests/simulation/test_planner_equals_node.py
	LOA_WEEK_DAYS=7 $(PYTEST) tests/simulation/test_a_week_as_foretold.py

.PHONY: accident
accident: $(TESTS) ## show that a relay typed for 03:15 is refused by the station, and again by the loudspeaker
	$(PYTEST) -q -s tests/simulation/test_the_accident.py

.PHONY: conform
conform: $(RUNS) ## hold the simulated loudspeaker to every rule of the protocol over a real broker (18 minutes)
	@exec $(BIN)/loa conform --simulated

.PHONY: bench
bench: export LOA_BENCH := 1
bench: $(TESTS) parts peer ## measure what decides how big a station may get (45 minutes, nothing beside it)
	PYTHONPATH=$(PEER) $(BIN)/python -m tests.benchmarks.measure --voice
	$(BIN)/python -m tests.benchmarks.schedules --schedules 10000
	$(BIN)/python -m tests.benchmarks.messages
	$(BIN)/python -m tests.benchmarks.province
	$(BIN)/python -m tests.benchmarks.wire_bytes

.PHONY: render
render: $(TESTS) ## time a long bulletin: at first, again, and after one sentence was changed (5 minutes)
	$(BIN)/python -m tests.benchmarks.rendering

.PHONY: scale
scale: $(TESTS) ## make 14 days of 100,000 schedules: 1.4 million airings (10 to 20 minutes; docs/benchmarks.md)
	$(BIN)/python -m tests.benchmarks.schedules

.PHONY: pages
pages: $(TESTS) ## measure every page at 5,000 loudspeakers and 100,000 airings (2 minutes; docs/benchmarks.md)
	$(BIN)/python -m tests.benchmarks.pages

# in /var/tmp: 8 GB for a tenth, some 50 GB for SHARE=1
.PHONY: years
years: $(TESTS) parts ## measure every page over three years of a province on PostgreSQL (SHARE=1: half an hour)
	$(BIN)/python -m tests.benchmarks.years --share $(SHARE)

.PHONY: viewers
viewers: $(TESTS) parts ## measure what fifty viewers of live pages cost a station whose thousand loudspeakers report (3 minutes)
	$(BIN)/python -m tests.benchmarks.viewers

.PHONY: phone
phone: $(TESTS) parts ## measure how soon pages show on a phone at 1.6 Mbit/s, and how much moves (a minute; docs/benchmarks.md)
	$(BIN)/python -m tests.benchmarks.phone

.PHONY: listen
listen: $(TESTS) parts ## have a recogniser judge the voices, clean and through a horn (10 to 15 minutes; docs/speech.md)
	$(BIN)/python -m tests.listening

.PHONY: screenshots
screenshots: $(TESTS) parts ## take the pictures of docs/images from the real pages
	$(BIN)/python -m tests.browser.make_screenshots

.PHONY: clean
clean: ## remove .venv and caches; what the station keeps in var/ stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# in a folder of its own, so that nothing else of Loa can depend on it; if it cannot be installed, bench runs without it
.PHONY: peer
peer: $(TESTS)
	@test -d $(PEER)/sea_g2p || $(LISTED) --target $(PEER) -r tests/benchmarks/peer.txt \
	|| echo 'Không cài được sea-g2p: đo không có nó / sea-g2p could not be installed: measured without it'

# Debian's and Python's packages come from different servers: fetch them in parallel
.PHONY: everything
everything:
	@$(MAKE) --no-print-directory parts & parts=$$!; \
	$(MAKE) --no-print-directory $(TESTS); libraries=$$?; \
	wait $$parts && exit $$libraries

.PHONY: parts
parts:
	@deploy/install-test-parts.sh

$(BIN)/python:
	@deploy/make-venv.sh "$(VENV)" $(PYTHON)

$(RUNS): requirements-install.txt requirements.txt pyproject.toml | $(BIN)/python
	@echo 'Cài đặt các thư viện (vài phút ở lần đầu) / installing libraries (minutes, the first time)'
	@$(LISTED) -r requirements-install.txt -r requirements.txt
	@$(BIN)/uv --quiet pip install --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(TESTS): requirements-dev.txt $(RUNS)
	@echo 'Cài đặt phần kiểm thử / installing what tests need'
	@$(LISTED) -r requirements-dev.txt
	@touch $@
