"""Settings of services and their tools."""

from tests.merging.triples import Triples, conflicts, merges

IGNORED: Triples = {
    # https://git-scm.com/docs/gitignore
    "gitignore: both_sides_add_same_pattern_with_different_comments": merges(
        "unique",
        ".gitignore",
        """
            |build/
         o m|
         o m|# benchmarks
         o m|_results/
            |
            |# macOS
            |.DS_Store
         o m|.idea
          t |
          t |# results of asv
          t |_results/
        """,
    ),
    "gitignore: ours_adds_pattern_theirs_negates_it_conflicts": conflicts(
        "ordered",
        ".gitignore",
        """
            |build/
         o  |_results/
          t |!_results/
        """,
    ),
    # https://git-scm.com/docs/gitignore: "the last matching pattern decides the outcome".
    "gitignore: ours_adds_exception_theirs_ignores_it_below_conflicts": conflicts(
        "ordered",
        ".gitignore",
        """
            |build/
         o  |!models/small.onnx
            |dist/
            |.venv/
            |.cache/
          t |models/*
        """,
        "models/*",
    ),
    "gitignore: ours_adds_pattern_theirs_adds_exception_to_it_below": merges(
        "ordered",
        ".gitignore",
        """
            |build/
         o m|*.onnx
            |dist/
            |.venv/
            |.cache/
          tm|!models/small.onnx
        """,
    ),
    # https://docs.docker.com/build/concepts/context/#dockerignore-files: the last match decides.
    "dockerignore: ours_excludes_file_theirs_includes_its_directory_below_conflicts": conflicts(
        "ordered",
        ".dockerignore",
        """
            |*
         o  |src/secrets.env
            |!pyproject.toml
            |!README.md
            |!LICENSE
          t |!src/**
        """,
        "src/secrets.env",
    ),
    # https://git-scm.com/docs/gitattributes: a later line overrides, attribute by attribute.
    "gitattributes: sides_set_different_attributes_of_overlapping_patterns": merges(
        "ordered",
        ".gitattributes",
        """
            |* text=auto
         o m|*.py diff=python
            |*.png binary
            |*.jpg binary
            |*.gif binary
          tm|*.py eol=lf
        """,
    ),
    "gitattributes: sides_set_same_attribute_of_same_pattern_conflicts": conflicts(
        "ordered",
        ".gitattributes",
        """
            |* text=auto
         o  |*.sh eol=crlf
            |*.png binary
            |*.jpg binary
            |*.gif binary
          t |*.sh eol=lf
        """,
        "*.sh eol=lf",
    ),
}

YAML: Triples = {
    # https://docs.spring.io/spring-boot/reference/features/profiles.html: the last one wins.
    "spring: both_sides_append_included_profile_conflicts": conflicts(
        "ordered",
        "config/application.yml",
        """
            |spring:
            |  profiles:
            |    include:
            |      - base
         o  |      - mine
          t |      - telemetry
        """,
    ),
    "spring: both_sides_set_different_keys": merges(
        "unique",
        "config/application.yml",
        """
            |server:
            |  port: 8000
         o m|  workers: 8
          tm|  graceful: true
        """,
    ),
    "settings: sides_rename_different_keys_to_same_name_conflicts": conflicts(
        "unique",
        "settings.yml",
        """
        b t |workers: 8
         o  |threads: 8
            |host: 0.0.0.0
            |port: 8000
            |zone: eu
        bo  |workers: 2
          t |threads: 2
        """,
        "threads",
    ),
    "settings: both_sides_raise_number_conflicts": conflicts(
        "unique",
        "config/application.yml",
        """
            |storage:
        b   |  schema_version: 1
         o  |  schema_version: 3
          t |  schema_version: 2
        """,
        "schema_version",
    ),
    "settings: both_sides_change_date_conflicts": conflicts(
        "unique",
        "config/application.yml",
        """
            |audit:
        b   |  since: 2024.01.01
         o  |  since: 2024.03.04
          t |  since: 2024.05.06
        """,
        "since",
    ),
    "settings: both_sides_reorder_list_conflicts": conflicts(
        "ordered",
        "config/application.yml",
        """
            |fallback:
        b   |  models: [small, medium, large]
         o  |  models: [large, small, medium]
          t |  models: [medium, small, large]
        """,
        "models",
    ),
    "settings: both_sides_append_to_undeclared_list_conflicts": conflicts(
        "ordered",
        "config/application.yml",
        """
            |fallback:
            |  models:
            |    - small
         o  |    - mine
          t |    - medium
        """,
        "models",
    ),
    "settings: ours_adds_key_theirs_splits_mapping_above_it": merges(
        "ordered",
        "config/application.yml",
        """
            |servers:
            |  api:
            |    port: 8000
            |    workers: 4
           m|    graceful: true
          tm|  metrics:
            |    host: 0.0.0.0
            |    timeout: 5
            |    backlog: 64
         o  |    graceful: true
        """,
    ),
    "settings: ours_adds_item_theirs_splits_list_above_it_conflicts": conflicts(
        "ordered",
        "config/application.yml",
        """
            |models:
            |  - small
          t |fallbacks:
            |  - medium
            |  - large
            |  - huge
         o  |  - mine
        """,
        "your models[mine] would become fallbacks[mine]",
    ),
    "settings: ours_adds_key_theirs_renames_mapping": merges(
        "ordered",
        "config/application.yml",
        """
            |servers:
        bo  |  api:
          tm|  shop:
            |    port: 8000
            |    workers: 4
            |    host: 0.0.0.0
            |    timeout: 5
         o m|    graceful: true
        """,
    ),
    "settings: ours_changes_indentation_theirs_adds_key": merges(
        "unique",
        "config/application.yml",
        """
            |server:
        b t |  port: 8000
        b t |  host: 0.0.0.0
         o m|    port: 8000
         o m|    host: 0.0.0.0
          t |  workers: 8
           m|    workers: 8
            |other: 1
        """,
    ),
    # https://yaml.org/spec/1.2.2/#3213-node-comparison: keys are unique.
    "settings: both_sides_add_merge_key_conflicts": conflicts(
        "unique",
        "config/application.yml",
        """
            |fast: &fast {timeout: 1}
            |slow: &slow {timeout: 9}
            |api:
         o  |  <<: *fast
            |  port: 8000
            |  host: 0.0.0.0
            |  workers: 4
          t |  <<: *slow
        """,
        "`<<` would occur 2 times in api",
    ),
    # https://docs.python.org/3/library/logging.config.html#logging-config-dictschema
    "logging: both_sides_add_different_handlers": merges(
        "unique",
        "logging.yaml",
        """
            |version: 1
            |handlers:
            |  console:
            |    class: logging.StreamHandler
         o m|  audit:
         o m|    class: logging.FileHandler
         o m|    filename: audit.log
          tm|  syslog:
          tm|    class: logging.handlers.SysLogHandler
        """,
    ),
    "logging: ours_removes_handler_theirs_uses_it_conflicts": conflicts(
        "reference",
        "logging.yaml",
        """
            |version: 1
            |handlers:
            |  console:
            |    class: logging.StreamHandler
        b t |  file:
        b t |    class: logging.FileHandler
        b t |    filename: api.log
            |root:
            |  handlers: [console]
            |  level: INFO
          t |loggers:
          t |  audit:
          t |    handlers: [file]
        """,
        "file",
    ),
    # https://www.mkdocs.org/user-guide/configuration/: nav is shown, plugins run, in this order.
    "mkdocs: both_sides_append_page_conflicts": conflicts(
        "ordered",
        "mkdocs.yml",
        """
            |site_name: API
            |nav:
            |  - Home: index.md
         o  |  - Model: model.md
          t |  - Operations: operations.md
        """,
    ),
    "mkdocs: both_sides_append_pages_to_different_sections": merges(
        "ordered",
        "mkdocs.yml",
        """
            |nav:
            |  - Home: index.md
            |  - Models:
            |      - Training: training.md
         o m|      - Serving: serving.md
            |  - Operations:
            |      - Alerts: alerts.md
          tm|      - Dashboards: dashboards.md
        """,
    ),
    "mkdocs: both_sides_append_page_to_same_section_conflicts": conflicts(
        "ordered",
        "mkdocs.yml",
        """
            |nav:
            |  - Home: index.md
            |  - Models:
            |      - Training: training.md
         o  |      - Serving: serving.md
          t |      - Evaluation: evaluation.md
        """,
    ),
    "mkdocs: both_sides_append_plugin_conflicts": conflicts(
        "ordered",
        "mkdocs.yml",
        """
            |site_name: API
            |plugins:
            |  - search
         o  |  - mkdocstrings
          t |  - macros
        """,
    ),
    "mkdocs: ours_sets_theme_theirs_adds_page": merges(
        "unique",
        "mkdocs.yml",
        """
            |site_name: API
        b t |theme: mkdocs
         o m|theme: material
            |nav:
            |  - Home: index.md
          tm|  - Operations: operations.md
        """,
    ),
    # https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config
    "prometheus: both_sides_add_same_scrape_job_conflicts": conflicts(
        "unique",
        "prometheus.yml",
        """
            |scrape_configs:
         o  |  - job_name: redis
         o  |    static_configs: [{targets: ["redis:9121"]}]
            |  - job_name: api
            |    static_configs: [{targets: ["api:9000"]}]
            |  - job_name: node
            |    static_configs: [{targets: ["node:9100"]}]
          t |  - job_name: redis
          t |    static_configs: [{targets: ["cache:9121"]}]
        """,
        "redis",
    ),
    # relabel_configs: "applied ... in order of their appearance".
    "prometheus: both_sides_append_relabeling_conflicts": conflicts(
        "ordered",
        "prometheus.yml",
        """
            |scrape_configs:
            |  - job_name: api
            |    relabel_configs:
            |      - {action: keep, source_labels: [app]}
         o  |      - {action: labeldrop, regex: zone}
          t |      - {action: labelmap, regex: z(.+)}
        """,
    ),
    # https://opentelemetry.io/docs/collector/configuration/: processors run in this order.
    "collector: both_sides_append_processor_to_pipeline_conflicts": conflicts(
        "ordered",
        "collector.yaml",
        """
            |processors:
            |  batch: {}
            |  filter: {}
            |  memory_limiter: {}
            |service:
            |  pipelines:
            |    traces:
            |      receivers: [otlp]
        b   |      processors: [batch]
         o  |      processors: [batch, filter]
          t |      processors: [batch, memory_limiter]
        """,
        "processors",
    ),
    "collector: ours_removes_exporter_theirs_uses_it_conflicts": conflicts(
        "reference",
        "collector.yaml",
        """
            |exporters:
            |  otlp: {endpoint: "otlp:4317"}
        b t |  debug: {}
            |service:
            |  pipelines:
            |    traces:
            |      receivers: [otlp]
            |      exporters: [otlp]
          t |    metrics:
          t |      receivers: [otlp]
          t |      exporters: [debug]
        """,
        "debug",
    ),
    # https://taskfile.dev/reference/schema: tasks are found by their name.
    "taskfile: both_sides_add_different_tasks": merges(
        "unique",
        "Taskfile.yml",
        """
            |version: "3"
            |tasks:
            |  test:
            |    cmds: [pytest]
         o m|  run:
         o m|    cmds: [uvicorn api.main:app]
          tm|  lint:
          tm|    cmds: [ruff check]
        """,
    ),
    # https://docs.readthedocs.com/platform/stable/config-file/v2.html#python-install: in order.
    "read the docs: both_sides_append_installed_requirements_conflicts": conflicts(
        "ordered",
        ".readthedocs.yaml",
        """
            |version: 2
            |python:
            |  install:
            |    - path: .
         o  |    - requirements: docs/requirements.txt
          t |    - requirements: requirements.txt
        """,
    ),
    # https://learn.microsoft.com/en-us/azure/devops/pipelines/yaml-schema/steps: one after another.
    "azure pipelines: both_sides_append_step_conflicts": conflicts(
        "ordered",
        "azure-pipelines.yml",
        """
            |pool: {vmImage: ubuntu-latest}
            |steps:
            |  - script: nox
         o  |  - script: ./report.sh
          t |  - script: nox -s docs
        """,
    ),
}

JSON: Triples = {
    "json: both_sides_add_different_keys": merges(
        "unique",
        "config/settings.json",
        """
            |{
            |  "host": "0.0.0.0",
         o m|  "workers": 8,
          tm|  "graceful": true,
            |  "port": 8000
            |}
        """,
    ),
    "json: both_sides_append_to_list_conflicts": conflicts(
        "ordered",
        "config/settings.json",
        """
            |{
            |  "models": [
            |    "small",
         o  |    "mine"
          t |    "medium"
            |  ]
            |}
        """,
    ),
    "json: both_sides_add_same_object_with_different_keys_conflicts": conflicts(
        "atomic",
        "config/settings.json",
        """
            |{
         ot |  "redis": {
         ot |    "host": "redis",
         o  |    "db": 1
          t |    "ssl": true
         ot |  },
            |  "port": 8000
            |}
        """,
        "redis",
    ),
    # https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
    "grafana: both_sides_add_panel_with_same_id_conflicts": conflicts(
        "unique",
        "dashboards/api.json",
        """
            |{
            |  "panels": [
         o  |    {"id": 3, "title": "Cache"},
            |    {"id": 1, "title": "Requests"},
            |    {"id": 2, "title": "Errors"},
          t |    {"id": 3, "title": "Queue"},
            |    {"id": 4, "title": "Latency"}
            |  ]
            |}
        """,
        "3 would occur 2 times in panels",
    ),
    # https://code.visualstudio.com/docs/configure/settings
    "vs code: both_sides_set_different_options": merges(
        "unique",
        ".vscode/settings.json",
        """
            |{
            |  "editor.rulers": [100],
         o m|  "files.eol": "\\n",
          tm|  "python.testing.pytestEnabled": true,
            |  "files.trimTrailingWhitespace": true
            |}
        """,
    ),
    # https://eslint.org/docs/latest/use/configure/configuration-files-deprecated: later wins.
    "eslint: both_sides_append_extended_configuration_conflicts": conflicts(
        "ordered",
        ".eslintrc.json",
        """
            |{
            |  "extends": [
            |    "eslint:recommended",
         o  |    "mine"
          t |    "prettier"
            |  ]
            |}
        """,
    ),
    # https://babeljs.io/docs/plugins#plugin-ordering: "from first to last".
    "babel: both_sides_append_plugin_conflicts": conflicts(
        "ordered",
        "babel.config.json",
        """
            |{
            |  "plugins": [
            |    "a",
         o  |    "mine"
          t |    "b"
            |  ]
            |}
        """,
    ),
    # https://taskfile.dev/docs/guide/dependencies: "does not set their execution order".
    "task: both_sides_append_different_dependencies": merges(
        "ordered",
        "Taskfile.yml",
        """
            |tasks:
            |  check:
            |    deps:
            |      - lint
         o m|      - types
          tm|      - audit
            |  lint: {cmds: [ruff check]}
            |  types: {cmds: [mypy]}
            |  audit: {cmds: [pip-audit]}
        """,
    ),
    # https://taskfile.dev/docs/guide/dependencies: commands run one after the other.
    "task: both_sides_append_command_conflicts": conflicts(
        "ordered",
        "Taskfile.yml",
        """
            |tasks:
            |  check:
            |    cmds:
            |      - ruff check
         o  |      - mypy
          t |      - pip-audit
        """,
    ),
    "task: ours_removes_task_theirs_calls_it_conflicts": conflicts(
        "reference",
        "Taskfile.yml",
        """
            |tasks:
            |  check:
            |    cmds:
            |      - ruff check
          t |      - task: audit
            |  build: {cmds: [uv build]}
        b t |  audit: {cmds: [pip-audit]}
        """,
        "audit",
    ),
    # https://prometheus.io/docs/alerting/latest/configuration/#receiver: "The unique name".
    "alertmanager: both_sides_add_same_receiver_conflicts": conflicts(
        "unique",
        "alertmanager.yml",
        """
            |route: {receiver: team}
            |receivers:
         o  |  - name: pager
         o  |    webhook_configs: [{url: "http://one.example.com"}]
            |  - name: team
            |    webhook_configs: [{url: "http://team.example.com"}]
          t |  - name: pager
          t |    webhook_configs: [{url: "http://two.example.com"}]
        """,
        "pager",
    ),
    "alertmanager: ours_removes_receiver_theirs_uses_it_conflicts": conflicts(
        "reference",
        "alertmanager.yml",
        """
            |route:
            |  receiver: team
            |  routes:
            |    - receiver: team
            |      matchers: [severity = page]
          t |    - receiver: chat
          t |      matchers: [severity = warning]
            |receivers:
            |  - name: team
            |    webhook_configs: [{url: "http://team.example.com"}]
        b t |  - name: chat
        b t |    webhook_configs: [{url: "http://chat.example.com"}]
        """,
        "chat",
    ),
    # https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/
    "rules: both_sides_add_same_group_conflicts": conflicts(
        "unique",
        "alerts.yml",
        """
            |groups:
         o  |  - name: slow
         o  |    rules: [{alert: Slow, expr: "latency > 1"}]
            |  - name: down
            |    rules: [{alert: Down, expr: "up == 0"}]
          t |  - name: slow
          t |    rules: [{alert: Slower, expr: "latency > 5"}]
        """,
        "slow",
    ),
    "rules: ours_changes_alert_condition_theirs_changes_annotation": merges(
        "unique",
        "alerts.yml",
        """
            |groups:
            |  - name: down
            |    rules:
            |      - alert: Down
        b t |        expr: up == 0
         o m|        expr: up{job="shop"} == 0
        bo  |        annotations: {summary: down}
          tm|        annotations: {summary: It is down.}
            |      - alert: Slow
            |        expr: latency > 1
        """,
    ),
}
