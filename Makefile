# Everything a fresh machine needs is Python 3.11 and make; the rest comes from the package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

export ORT_DISABLE_TELEMETRY := 1
export HF_HUB_OFFLINE := 1
export TRANSFORMERS_VERBOSITY := error
export DIFFUSERS_VERBOSITY := error

.PHONY: setup demo test check up bench pocket languages
setup: $(STAMP)

# insightface asks for opencv-python, whose wheel needs the system's libGL: it comes without its requirements,
# which pyproject.toml lists with the headless build instead.
$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade "pip==26.3"
	$(BIN)/pip install --quiet "torch==2.13.0"
	$(BIN)/pip install --quiet --editable ".[bots,worker,test]"
	$(BIN)/pip install --quiet --no-deps "insightface==2.1"
	touch $(STAMP)

demo: setup
	$(BIN)/python -m pocket.demo

up: setup
	$(BIN)/python -m core.up

# Threads of two processes on two cores wait for one another.
test: export OMP_NUM_THREADS := 1
test: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m core.up --check-migrations

bench: setup
	$(BIN)/python -m benchmarks $(if $(only),--only $(only)) $(if $(full),--full)

# The miniature studio's weights, from nothing, with every core; stopped and begun again, it goes on.
# glibc returns large pieces of memory to the system, and asks for them again at the next step; kept, and in large
# pages, a sample of the UNet takes 23 ms and core instead of 29.
KEPT_MEMORY := MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_TOP_PAD_=268435456 \
	GLIBC_TUNABLES=glibc.malloc.hugetlb=1
pocket: setup
	$(KEPT_MEMORY) $(BIN)/python -m pocket.recipes --out pocket/made $(if $(minutes),--minutes $(minutes)) $(if $(part),--part $(part)) \
		$(if $(start),--start $(start)) --threads $$(nproc) --replicas $$(nproc)

# Brings the catalogues up to date with the sentences in the code; what is new waits there to be translated.
LANGUAGES := core/conversation/languages
languages: setup
	$(BIN)/pybabel -q extract --no-location --keywords N_ --output $(VENV)/sentences.pot core bots
	$(BIN)/pybabel -q update --input-file $(VENV)/sentences.pot --output-dir $(LANGUAGES) --domain likeness \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap
	$(BIN)/pybabel -q compile --directory $(LANGUAGES) --domain likeness
