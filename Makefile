# What a contributor runs. Each target says in its own line what it does.

export CGO_ENABLED = 0

tool = go tool -modfile=tools/go.mod

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the command into bin/dbmend
	go build -o bin/dbmend ./cmd/dbmend

.PHONY: test
test: ## run all tests
	go test -timeout 30m ./...

.PHONY: lint
lint: ## check the project's rules, vet and staticcheck
	go test ./internal/lint
	go vet ./...
	$(tool) staticcheck ./...

.PHONY: fmt
fmt: ## format all Go code
	$(tool) gofumpt -w .

.PHONY: bench
bench: ## run all benchmarks, without the tests
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: ci
ci: ## run all that has to hold before a change is merged
	.ci/run
