"""GitHub workflows, GitLab CI, Jenkinsfiles, pre-commit, and dependency updaters."""

from tests.merging.triples import Triples, conflicts, merges

GITHUB: Triples = {
    # https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
    "github: both_sides_add_different_jobs": merges(
        "atomic",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - run: nox
         o m|  docs:
         o m|    runs-on: ubuntu-latest
         o m|    steps:
         o m|      - run: nox -s docs
          tm|  lint:
          tm|    runs-on: ubuntu-latest
          tm|    steps:
          tm|      - run: nox -s lint
        """,
    ),
    "github: both_sides_add_same_job_name_with_different_steps_conflicts": conflicts(
        "atomic",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - run: nox
         ot |  docs:
         ot |    runs-on: ubuntu-latest
         o  |    needs: test
         ot |    steps:
         ot |      - run: nox -s docs
          t |        env: {STRICT: "1"}
        """,
        "docs",
    ),
    "github: both_sides_add_different_permissions_conflicts": conflicts(
        "atomic",
        ".github/workflows/ci.yml",
        """
            |on: push
         ot |permissions:
         ot |  contents: read
         o  |  packages: write
          t |  id-token: write
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - run: nox
        """,
        "permissions",
    ),
    "github: both_sides_add_step_in_one_place_conflicts": conflicts(
        "ordered",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - uses: actions/checkout@v4
         o  |      - name: Certificates
         o  |        run: ./certificates.sh
          t |      - name: Python
          t |        uses: actions/setup-python@v5
            |      - run: nox
        """,
    ),
    "github: both_sides_change_different_lines_of_script_without_name": merges(
        "ordered",
        ".github/workflows/ci.yml",
        """
            |jobs:
            |  check:
            |    steps:
            |      - uses: actions/checkout@v4
            |      - run: |
        b t |          pip install -r requirements.txt pip
         o m|          pip install -r requirements.txt
            |          pip freeze
            |          python --version
        bo  |          pre-commit run --all-files
          tm|          pre-commit run --all-files --verbose
        """,
    ),
    "github: both_sides_add_step_in_different_places": merges(
        "ordered",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
         o m|      - name: Certificates
         o m|        run: ./certificates.sh
            |      - uses: actions/checkout@v4
            |      - run: nox
          tm|      - name: Coverage
          tm|        run: nox -s coverage
        """,
    ),
    # "id: a unique identifier for the step".
    "github: both_sides_give_same_step_id_conflicts": conflicts(
        "unique",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - name: Version
         o  |        id: version
            |        run: ./version.sh
            |      - uses: actions/checkout@v4
            |      - name: Describe
            |        run: git describe
          t |        id: version
        """,
        "version",
    ),
    "github: ours_adds_run_theirs_adds_uses_to_step_conflicts": conflicts(
        "exclusive",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - name: Lint
         o  |        run: ruff check
            |        if: always()
            |        timeout-minutes: 5
          t |        uses: astral-sh/ruff-action@v3
        """,
        "Lint",
    ),
    "github: ours_makes_job_call_workflow_theirs_adds_steps_conflicts": conflicts(
        "exclusive",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
         o  |    uses: ./.github/workflows/test.yml
            |    name: Test
            |    permissions: {}
            |    strategy: {fail-fast: false}
          t |    runs-on: ubuntu-latest
          t |    steps:
          t |      - run: nox
        """,
        "test",
    ),
    # "the order that you define patterns matters": a `!` excludes matches of the patterns above it.
    "github: ours_appends_negated_branch_pattern_theirs_appends_pattern_conflicts": conflicts(
        "ordered",
        ".github/workflows/ci.yml",
        """
            |on:
            |  push:
            |    branches:
            |      - main
         o  |      - "!release/0.*"
          t |      - "release/*"
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - run: nox
        """,
    ),
    # https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#on
    "github: both_sides_append_different_events": merges(
        "ordered",
        ".github/workflows/ci.yml",
        """
        b   |on: [push]
         o  |on: [push, workflow_dispatch]
          t |on: [push, pull_request]
           m|on: [push, workflow_dispatch, pull_request]
            |jobs: {}
        """,
    ),
    "github: both_sides_append_branch_patterns": merges(
        "ordered",
        ".github/workflows/ci.yml",
        """
            |on:
            |  push:
            |    branches:
            |      - main
         o m|      - develop
          tm|      - "release/*"
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - run: nox
        """,
    ),
    "github: ours_removes_job_theirs_needs_it_conflicts": conflicts(
        "reference",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
        b t |  build:
        b t |    runs-on: ubuntu-latest
        b t |    steps:
        b t |      - run: nox -s build
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - run: nox
          t |  publish:
          t |    runs-on: ubuntu-latest
          t |    needs: [test, build]
          t |    steps:
          t |      - run: nox -s publish
        """,
        "build",
    ),
    "github: theirs_removes_step_ours_uses_its_output_conflicts": conflicts(
        "reference",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
        bo  |      - id: version
        bo  |        run: ./version.sh
            |      - uses: actions/checkout@v4
            |      - run: nox
         o  |      - run: echo ${{ steps.version.outputs.version }}
        """,
        "version",
    ),
    "github: both_sides_change_matrix_conflicts": conflicts(
        "ordered",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    strategy:
            |      matrix:
        b   |        python: ["3.10", "3.11", "3.12"]
         o  |        python: ["3.11"]
          t |        python: ["3.11", "3.12", "3.13"]
            |    steps:
            |      - run: nox
        """,
        "python",
    ),
    "github: both_sides_change_version_matrix_conflicts": conflicts(
        "ordered",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    strategy:
            |      matrix:
        b   |        python-version: ["3.10", "3.11", "3.12"]
         o  |        python-version: ["3.11"]
          t |        python-version: ["3.11", "3.12", "3.13"]
            |    steps:
            |      - run: nox
        """,
        "python-version",
    ),
    "github: ours_renames_step_theirs_raises_its_action": merges(
        "unique",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
        b t |      - name: Python
         o m|      - name: Set up Python
        bo  |        uses: actions/setup-python@v4
          tm|        uses: actions/setup-python@v5
            |      - run: nox
        """,
    ),
    "github: ours_renames_and_changes_step_theirs_raises_its_action_conflicts": conflicts(
        "unique",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
        b t |      - name: Python
         o  |      - name: Node
        b   |        uses: actions/setup-python@v4
         o  |        uses: actions/setup-node@v4
          t |        uses: actions/setup-python@v5
            |      - run: nox
        """,
        "Python",
    ),
    "github: both_sides_rename_step_conflicts": conflicts(
        "unique",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
        b   |      - name: Python
         o  |      - name: Set up Python
          t |      - name: Install Python
            |        uses: actions/setup-python@v4
            |      - run: nox
        """,
    ),
    "github: theirs_repeats_key_with_same_value": merges(
        "unique",
        ".github/workflows/ci.yml",
        """
            |on:
            |  push:
            |  # By hand, too.
            |  workflow_dispatch:
         o m|  schedule: daily
          t |
          t |  # By hand, too.
          t |  workflow_dispatch:
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - run: nox
        """,
    ),
    "github: theirs_repeats_key_with_different_value_conflicts": conflicts(
        "unique",
        ".github/workflows/ci.yml",
        """
            |on:
        bo  |  push:
         o  |  pull_request:
          t |  schedule: daily
          t |  schedule: weekly
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - run: nox
        """,
    ),
    "github: both_sides_raise_action_higher_wins": merges(
        "unique",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
        b   |      - uses: actions/checkout@v3
         o  |      - uses: actions/checkout@v4
          tm|      - uses: actions/checkout@v5
            |      - run: nox
        """,
    ),
    "github: both_sides_add_step_with_different_action_versions_higher_wins": merges(
        "atomic",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - uses: actions/checkout@v4
         ot |      - name: Install uv
         o  |        uses: astral-sh/setup-uv@v7
          t |        uses: astral-sh/setup-uv@v5
           m|      - name: Install uv
           m|        uses: astral-sh/setup-uv@v7
            |      - run: nox
        """,
    ),
    "github: both_sides_add_step_with_different_versions_and_inputs_conflicts": conflicts(
        "atomic",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - uses: actions/checkout@v4
         ot |      - name: Install uv
         o  |        uses: astral-sh/setup-uv@v7
          t |        uses: astral-sh/setup-uv@v5
          t |        with: {enable-cache: true}
            |      - run: nox
        """,
        "Install uv",
    ),
    "github: both_sides_rewrite_script_ours_adds_command": merges(
        "atomic",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - name: Install
            |        run: |
            |          sudo apt-get update
        b   |          python -m pip install --upgrade pip
        b   |          pip install -e .[dev]
         otm|          uv pip install --system -e .[dev]
         o m|          uv pip install --system -e .[full]
        b   |          if [ -f requirements.txt ]; then pip install -r requirements.txt; fi
         otm|          if [ -f requirements.txt ]; then uv pip install -r requirements.txt; fi
        """,
    ),
    "github: both_sides_rewrite_script_ours_adds_word": merges(
        "atomic",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - name: Install
            |        run: |
            |          sudo apt-get update
        b   |          python -m pip install --upgrade pip
        b   |          pip install -e .[dev]
         o m|          uv pip install --system -e .[dev,full]
          t |          uv pip install --system -e .[dev]
        b   |          if [ -f requirements.txt ]; then pip install -r requirements.txt; fi
         otm|          if [ -f requirements.txt ]; then uv pip install -r requirements.txt; fi
        """,
    ),
    "github: ours_removes_command_theirs_replaces_it_conflicts": conflicts(
        "atomic",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - name: Install
            |        run: |
            |          sudo apt-get update
        b   |          pip install -e .[dev]
          t |          uv pip install -e .[dev]
            |          nox
        """,
        "run",
    ),
    "github: both_sides_remove_repetition_with_different_blank_lines": merges(
        "unique",
        ".github/workflows/smoke.yml",
        """
            |name: Smoke test
            |on:
            |  push:
        bo m|  workflow_dispatch:
        b   |
        b   |  workflow_dispatch:
          t |
          t |  workflow_dispatch:
            |jobs:
            |  build:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - run: nox
        """,
    ),
    "github: both_sides_make_needs_a_list": merges(
        "ordered",
        ".github/workflows/ci.yml",
        """
            |on: push
            |jobs:
            |  dist:
            |    uses: ./.github/workflows/dist.yml
            |  helm:
            |    uses: ./.github/workflows/helm.yml
            |  test:
            |    uses: ./.github/workflows/test.yml
            |  release:
        b   |    needs: dist
         o  |    needs: [helm, dist]
          t |    needs: [dist, test]
           m|    needs: [helm, dist, test]
            |    uses: ./.github/workflows/release.yml
        """,
    ),
    "github: both_sides_set_different_env_names": merges(
        "unique",
        ".github/workflows/ci.yml",
        """
            |on: push
            |env:
            |  FORCE_COLOR: "1"
         o m|  PIP_INDEX_URL: https://packages.example.org/simple
          tm|  UV_FROZEN: "1"
            |jobs:
            |  test:
            |    runs-on: ubuntu-latest
            |    steps:
            |      - run: nox
        """,
    ),
}

GITLAB: Triples = {
    # https://docs.gitlab.com/ci/yaml/
    "gitlab: both_sides_add_different_jobs": merges(
        "atomic",
        ".gitlab-ci.yml",
        """
            |test:
            |  script:
            |    - nox
         o m|docs:
         o m|  script:
         o m|    - nox -s docs
          tm|lint:
          tm|  script:
          tm|    - nox -s lint
        """,
    ),
    "gitlab: both_sides_add_same_job_name_with_different_keys_conflicts": conflicts(
        "atomic",
        ".gitlab-ci.yml",
        """
            |test:
            |  script:
            |    - nox
         ot |lint:
         ot |  script:
         ot |    - nox -s lint
         o  |  tags: [mine]
          t |  allow_failure: true
        """,
        "lint",
    ),
    # "rules ... can't be used with only/except in the same job".
    "gitlab: ours_adds_rules_theirs_adds_only_to_job_conflicts": conflicts(
        "exclusive",
        ".gitlab-ci.yml",
        """
            |test:
         o  |  rules:
         o  |    - if: $CI_COMMIT_TAG
            |  image: python:3.12
            |  script:
            |    - nox
          t |  only: [tags]
        """,
        "test",
    ),
    # include: later files override earlier ones.
    "gitlab: both_sides_append_include_conflicts": conflicts(
        "ordered",
        ".gitlab-ci.yml",
        """
            |include:
            |  - local: ci/base.yml
         o  |  - local: ci/mine.yml
          t |  - local: ci/scan.yml
            |test:
            |  script:
            |    - nox
        """,
    ),
    "gitlab: both_sides_add_stage_in_one_place_conflicts": conflicts(
        "ordered",
        ".gitlab-ci.yml",
        """
            |stages:
            |  - test
         o  |  - docs
          t |  - publish
            |test:
            |  script:
            |    - nox
        """,
    ),
    # rules: "evaluated in order until the first match".
    "gitlab: both_sides_add_rule_in_one_place_conflicts": conflicts(
        "ordered",
        ".gitlab-ci.yml",
        """
            |test:
            |  script:
            |    - nox
            |  rules:
            |    - if: $CI_COMMIT_TAG
         o  |    - if: $NIGHTLY
          t |    - if: $CI_MERGE_REQUEST_ID
        """,
    ),
    "gitlab: both_sides_append_command_conflicts": conflicts(
        "ordered",
        ".gitlab-ci.yml",
        """
            |test:
            |  script:
            |    - nox
         o  |    - ./report.sh
          t |    - rm -rf .nox
        """,
    ),
    # needs: the jobs that must finish first; the list is unordered.
    "gitlab: both_sides_append_different_needs": merges(
        "ordered",
        ".gitlab-ci.yml",
        """
            |lint: {script: [nox -s lint]}
            |docs: {script: [nox -s docs]}
            |test: {script: [nox]}
            |publish:
            |  script: [nox -s publish]
            |  needs:
            |    - test
         o m|    - docs
          tm|    - lint
        """,
    ),
    "gitlab: ours_removes_job_theirs_needs_it_conflicts": conflicts(
        "reference",
        ".gitlab-ci.yml",
        """
        b t |build:
        b t |  script:
        b t |    - nox -s build
            |test:
            |  script:
            |    - nox
            |docs:
            |  script:
            |    - nox -s docs
          t |publish:
          t |  script:
          t |    - nox -s publish
          t |  needs: [test, build]
        """,
        "build",
    ),
    "gitlab: ours_removes_stage_theirs_uses_it_conflicts": conflicts(
        "reference",
        ".gitlab-ci.yml",
        """
            |stages:
            |  - test
        b t |  - publish
            |test:
            |  stage: test
            |  script:
            |    - nox
          t |upload:
          t |  stage: publish
          t |  script:
          t |    - nox -s publish
        """,
        "publish",
    ),
    "gitlab: ours_removes_hidden_job_theirs_extends_it_conflicts": conflicts(
        "reference",
        ".gitlab-ci.yml",
        """
        b t |.base:
        b t |  image: python:3.12
            |test:
            |  image: python:3.13
            |  script:
            |    - nox
          t |docs:
          t |  extends: .base
          t |  script:
          t |    - nox -s docs
        """,
        ".base",
    ),
    "gitlab: both_sides_set_different_variables": merges(
        "unique",
        ".gitlab-ci.yml",
        """
            |variables:
            |  UV_FROZEN: "1"
         o m|  ZONE: eu
          tm|  FORCE_COLOR: "1"
            |test:
            |  script:
            |    - nox
        """,
    ),
    "gitlab: both_sides_append_different_artifact_paths": merges(
        "ordered",
        ".gitlab-ci.yml",
        """
            |test:
            |  script:
            |    - nox
            |  artifacts:
            |    paths:
            |      - report.xml
         o m|      - profile.json
          tm|      - coverage.xml
        """,
    ),
}

JENKINS: Triples = {
    # No reader reads Groovy: by lines. https://www.jenkins.io/doc/book/pipeline/syntax/
    "jenkinsfile: both_sides_set_same_variable_in_different_places_conflicts": conflicts(
        "unique",
        "Jenkinsfile",
        """
            |pipeline {
            |    agent any
            |    environment {
         o  |        WORKERS = '8'
            |        FORCE_COLOR = '1'
            |        UV_FROZEN = '1'
            |        UV_OFFLINE = '1'
          t |        WORKERS = '2'
            |    }
            |}
        """,
        "WORKERS",
    ),
    # https://www.jenkins.io/doc/book/pipeline/syntax/#parameters
    "jenkinsfile: both_sides_add_same_parameter_conflicts": conflicts(
        "unique",
        "Jenkinsfile",
        """
            |pipeline {
            |  parameters {
         o  |    string(name: 'ZONE', defaultValue: 'eu')
            |    string(name: 'IMAGE', defaultValue: 'api')
            |    booleanParam(name: 'DRY', defaultValue: false)
            |    string(name: 'TAG', defaultValue: 'latest')
          t |    string(name: 'ZONE', defaultValue: 'us')
            |  }
            |}
        """,
        "ZONE",
    ),
    # https://www.jenkins.io/doc/book/pipeline/syntax/#post: once in a pipeline or stage.
    "jenkinsfile: both_sides_add_post_section_in_different_places_conflicts": conflicts(
        "unique",
        "Jenkinsfile",
        """
            |pipeline {
            |  agent any
         o  |  post {
         o  |    always { archive() }
         o  |  }
            |  stages {
            |    stage('test') { steps { sh 'nox' } }
            |    stage('ship') { steps { sh './ship.sh' } }
            |  }
          t |  post {
          t |    always { notify() }
          t |  }
            |}
        """,
        "post would occur 2 times",
    ),
    "jenkinsfile: both_sides_set_same_variable_in_different_stages": merges(
        "unique",
        "Jenkinsfile",
        """
            |pipeline {
            |    agent any
            |    stages {
            |        stage('Test') {
         o m|            environment {
         o m|                WORKERS = '8'
         o m|            }
            |            steps {
            |                sh 'nox'
            |            }
            |        }
            |        stage('Image') {
          tm|            environment {
          tm|                WORKERS = '2'
          tm|            }
            |            steps {
            |                sh 'nox -s image'
            |            }
            |        }
            |    }
            |}
        """,
    ),
    "jenkinsfile: both_sides_add_same_stage_in_different_places_conflicts": conflicts(
        "unique",
        "Jenkinsfile",
        """
            |pipeline {
            |    agent any
            |    stages {
         o  |        stage('Scan') {
         o  |            steps { sh './scan.sh' }
         o  |        }
            |        stage('Test') {
            |            steps { sh 'nox' }
            |        }
            |        stage('Image') {
            |            steps { sh 'nox -s image' }
            |        }
          t |        stage('Scan') {
          t |            steps { sh 'nox -s scan' }
          t |        }
            |    }
            |}
        """,
        "Scan",
    ),
}

PRE_COMMIT: Triples = {
    # https://pre-commit.com/#plugins: hooks run in the order of the file.
    "pre-commit: both_sides_append_hook_conflicts": conflicts(
        "ordered",
        ".pre-commit-config.yaml",
        """
            |repos:
            |  - repo: https://github.com/pre-commit/pre-commit-hooks
            |    rev: v4.6.0
            |    hooks:
            |      - id: check-yaml
         o  |      - id: end-of-file-fixer
          t |      - id: trailing-whitespace
        """,
    ),
    "pre-commit: ours_adds_arguments_theirs_raises_hook": merges(
        "unique",
        ".pre-commit-config.yaml",
        """
            |repos:
            |  - repo: https://github.com/astral-sh/ruff-pre-commit
        bo  |    rev: v0.6.0
          tm|    rev: v0.7.0
            |    hooks:
            |      - id: ruff
         o m|        args: [--fix]
        """,
    ),
    "pre-commit: both_sides_raise_hook_to_prereleases_higher_wins": merges(
        "unique",
        ".pre-commit-config.yaml",
        """
            |repos:
            |  - repo: https://github.com/mirrors/prettier
        b   |    rev: v5.0.0-beta.1
         o  |    rev: v5.0.0-beta.3
          tm|    rev: v5.0.0-beta.10
            |    hooks:
            |      - id: prettier
        """,
    ),
    "pre-commit: both_sides_add_same_hook_with_different_arguments_conflicts": conflicts(
        "atomic",
        ".pre-commit-config.yaml",
        """
            |repos:
            |  - repo: https://github.com/astral-sh/ruff-pre-commit
            |    rev: v0.6.0
            |    hooks:
            |      - id: ruff
         ot |      - id: ruff-format
         o  |        args: [--line-length=100]
          t |        exclude: ^migrations/
        """,
        "ruff-format",
    ),
    "pre-commit: both_sides_change_one_of_several_local_repositories": merges(
        "unique",
        ".pre-commit-config.yaml",
        """
            |repos:
            |  - repo: local
            |    hooks:
            |      - id: clear-notebooks
            |        name: Clear notebooks
        b t |        exclude: ^docs/pre_executed
         o m|        exclude: ^docs/tutorials/pre_executed
        bo  |        stages: [commit]
          tm|        stages: [pre-commit]
            |        language: system
            |        entry: jupyter nbconvert --clear-output
            |  - repo: local
            |    hooks:
            |      - id: pytest
            |        name: Run the tests
            |        language: system
            |        entry: pytest
        """,
    ),
    "pre-commit: both_sides_append_different_dependencies_of_hook": merges(
        "ordered",
        ".pre-commit-config.yaml",
        """
            |repos:
            |  - repo: https://github.com/pre-commit/mirrors-mypy
            |    rev: v1.11.0
            |    hooks:
            |      - id: mypy
            |        additional_dependencies:
            |          - types-pyyaml
         o m|          - types-redis
          tm|          - types-requests
        """,
    ),
    "pre-commit: both_sides_add_same_repository_in_different_places_conflicts": conflicts(
        "unique",
        ".pre-commit-config.yaml",
        """
            |repos:
         o  |  - repo: https://github.com/codespell-project/codespell
         o  |    rev: v2.2.0
         o  |    hooks:
         o  |      - id: codespell
            |  - repo: https://github.com/astral-sh/ruff-pre-commit
            |    rev: v0.6.0
            |    hooks:
            |      - id: ruff
          t |  - repo: https://github.com/codespell-project/codespell
          t |    rev: v2.3.0
          t |    hooks:
          t |      - id: codespell
          t |        args: [--write-changes]
        """,
        "codespell",
    ),
}

UPDATERS: Triples = {
    # https://docs.github.com/en/code-security/reference/supply-chain-security/dependabot-options-reference:
    # one update per ecosystem, directory and branch.
    "dependabot: both_sides_add_same_update_conflicts": conflicts(
        "unique",
        ".github/dependabot.yml",
        """
            |version: 2
            |updates:
         o  |  - package-ecosystem: docker
         o  |    directory: /
         o  |    schedule: {interval: monthly}
            |  - package-ecosystem: github-actions
            |    directory: /
            |    schedule: {interval: weekly}
          t |  - package-ecosystem: docker
          t |    directory: /
          t |    schedule: {interval: daily}
        """,
        "docker",
    ),
    # https://docs.renovatebot.com/config-presets/, configuration-options/#packagerules: later wins.
    "renovate: both_sides_append_preset_conflicts": conflicts(
        "ordered",
        "renovate.json",
        """
            |{
            |  "extends": [
            |    "config:recommended",
         o  |    "local>mine/renovate"
          t |    ":semanticCommits"
            |  ]
            |}
        """,
    ),
    "renovate: both_sides_append_rule_conflicts": conflicts(
        "ordered",
        "renovate.json",
        """
            |{
            |  "packageRules": [
         o  |    {"matchPackageNames": ["redis"], "enabled": false},
          t |    {"matchUpdateTypes": ["minor"], "automerge": true},
            |    {"matchManagers": ["copier"], "groupName": "template"}
            |  ]
            |}
        """,
    ),
    "renovate: both_sides_set_different_options": merges(
        "unique",
        "renovate.json",
        """
            |{
            |  "extends": ["config:recommended"],
         o m|  "timezone": "Europe/Berlin",
          tm|  "automerge": false,
            |  "prHourlyLimit": 2
            |}
        """,
    ),
}
