# `make up` and `make test` do all set-up themselves. ENV names the environment
# (Pulumi.<ENV>.yaml, default dev), CLUSTER an instance of the embedded cluster,
# SETTINGS lays values over the environment's for one run: '{message: Hello}'.
# PROFILE is a ready configuration of the policies: lab, production, storage-only.
.DEFAULT_GOAL := help
SHELL := /bin/bash
ENV ?= dev
CLUSTER ?= default
export ENV CLUSTER SETTINGS STATE WATCH PROFILE

TSX := node --import tsx
COMMAND := $(TSX) commands/main.ts
MOCHA := npx --no-install mocha
# Root, or inside a user namespace of a plain user: for what uses an embedded cluster without being a command of ours.
ENTER := $(TSX) embedded/enter.ts

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: node-version
node-version:
	@command -v node >/dev/null || { echo "error: Node.js 20.19 or later is needed, and there is no node on PATH" >&2; exit 1; }
	@node commands/node-version.js

# The lock file decides what is installed; npm writes its own copy of it last.
node_modules/.package-lock.json: package-lock.json | node-version
	@echo "  … Install npm packages" >&2
	@npm ci --no-audit --no-fund --loglevel=error >&2
	@touch $@

.PHONY: up preview status outputs verify open down clean environments
up: node_modules/.package-lock.json ## set everything up, deploy the stack, print its evidence
	@$(COMMAND) up
preview: node_modules/.package-lock.json ## what `make up` would change
	@$(COMMAND) preview
status: node_modules/.package-lock.json ## the cluster, the stack and what a reader sees; WATCH=1 renews that
	@$(COMMAND) status
outputs: node_modules/.package-lock.json ## the stack's outputs, JSON
	@$(COMMAND) outputs
verify: node_modules/.package-lock.json ## check once more that written data is read, print fresh evidence
	@$(COMMAND) verify
open: node_modules/.package-lock.json ## the reader's page
	@$(COMMAND) open
down: node_modules/.package-lock.json ## destroy the stack, stop the cluster, check that nothing is left
	@$(COMMAND) down
environments: node_modules/.package-lock.json ## the settings of every environment side by side, and what is wrong with them
	@$(COMMAND) environments
clean: node_modules/.package-lock.json ## delete embedded clusters, their data and all that was built
	@$(COMMAND) clean

.PHONY: cluster kubectl
cluster: node_modules/.package-lock.json ## the embedded cluster by itself: ARGS="status", "logs etcd", "shell node-1"
	@$(TSX) embedded/cluster/main.ts --cluster $(CLUSTER) $(or $(ARGS),status)
kubectl: node_modules/.package-lock.json ## kubectl on the embedded cluster: ARGS="get pods -A"
	@$(TSX) embedded/cluster/main.ts --cluster $(CLUSTER) kubectl $(ARGS)

.PHONY: policies
policies: node_modules/.package-lock.json ## every policy on every environment, and on a state: STATE=file from `pulumi stack export`
	@$(TSX) test/environments/policies.ts

.PHONY: test check check-workflows test-unit test-go test-browser test-cluster test-share test-failures test-leftovers test-mutations test-properties bench recovery soak format settings policy-docs golden pictures lab
test: check test-unit test-go test-browser test-cluster ## every test, on clusters of their own
check: node_modules/.package-lock.json ## formatting, lint, types
	@echo "== check" && $(TSX) test/check.ts
check-workflows: ## lint of .github/workflows; downloads actionlint from the Go module proxy
	@go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.7
test-unit: node_modules/.package-lock.json ## tests that need no cluster
	@echo "== unit, components, policies" && $(MOCHA) 'test/unit/**/*.test.ts' 'test/components/**/*.test.ts' 'test/policies/**/*.test.ts'
test/node/node_modules/.package-lock.json: test/node/package-lock.json | node-version
	@npm ci --prefix test/node --no-audit --no-fund --loglevel=error >&2
	@touch $@
test-node: node_modules/.package-lock.json test/node/node_modules/.package-lock.json ## tests that need no cluster, on Node.js 22 and 24
	@for release in 22 24; do PATH="$(CURDIR)/test/node/node_modules/node-$$release/bin:$$PATH"; \
		echo "== Node.js $$(node --version)" && $(MAKE) --no-print-directory test-unit || exit; done
test-go: node_modules/.package-lock.json ## tests of the language host
	@echo "== language host" && $(TSX) embedded/toolchain/test-go.ts
test-browser: node_modules/.package-lock.json ## the readers' page in Chromium
	@echo "== browser" && $(MOCHA) 'test/browser/**/*.test.ts'
test-cluster: node_modules/.package-lock.json ## tests on an embedded cluster that they bring up themselves
	@echo "== cluster" && $(ENTER) $(MOCHA) --config test/cluster/.mocharc.json
test-share: node_modules/.package-lock.json ## what applications do on the share; part of test-cluster, SHARE_SCALE=10 for a long form
	@echo "== share" && $(ENTER) $(MOCHA) --config test/share/.mocharc.json
test-failures: node_modules/.package-lock.json ## the long forms of failures: ctrl-C at INTERRUPTIONS moments, nodes that go, a full volume
	@echo "== failures" && $(ENTER) $(MOCHA) --config test/failures/.mocharc.json
test-mutations: node_modules/.package-lock.json ## breaks each condition of each policy, and wants a test to notice
	@$(TSX) test/policies/mutations.ts $(ARGS)
test-properties: node_modules/.package-lock.json ## 10,000 generated stacks before all policies
	@POLICY_RUNS=10000 PROPERTIES_SEED=$$(date +%s) $(MOCHA) --timeout 3600000 test/policies/properties.test.ts
test-leftovers: node_modules/.package-lock.json ## the long form of what the embedded cluster leaves behind: 20 killed starts, 4 clusters at once
	@echo "== leftovers" && TEST_KILLS=20 TEST_CLUSTERS=4 $(ENTER) $(MOCHA) --timeout 900000 test/cluster/embedded-leftovers.test.ts
bench: node_modules/.package-lock.json ## measured ratios, or some of them: ARGS="weight deployment delay memory share restart"
	@$(ENTER) $(TSX) bench/main.ts $(ARGS)
recovery: node_modules/.package-lock.json ## everything of an embedded cluster is killed in turn: until it works again
	@$(ENTER) $(TSX) bench/recovery.ts
soak: node_modules/.package-lock.json ## an embedded cluster under load for SOAK_MINUTES (60): fails on a stall of over 10 s
	@$(ENTER) $(TSX) bench/soak.ts
format: node_modules/.package-lock.json ## format and fix what can be fixed
	@npm run -s format
settings: node_modules/.package-lock.json ## write Pulumi.yaml's config and docs/settings.md from settings/keys.ts
	@$(COMMAND) settings
policy-docs: node_modules/.package-lock.json ## write docs/policies from what the policies say of themselves
	@$(COMMAND) policy-docs
pictures: node_modules/.package-lock.json ## docs/pictures: the readers' page on an embedded cluster, as it is now
	@PICTURES=1 $(MOCHA) --require test/cluster/fixture.ts --timeout 900000 test/cluster/page.test.ts
lab: node_modules/.package-lock.json ## the outputs in docs/lab.md and docs/lab.ko.md, as its commands print them now
	@LAB=write $(MOCHA) --timeout 900000 test/cluster/lab.test.ts
golden: node_modules/.package-lock.json ## write what each environment would create, for review
	@$(TSX) test/environments/main.ts
