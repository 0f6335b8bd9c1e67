"""Kubernetes manifests, Helm charts, compose files, Dockerfiles."""

from tests.merging.triples import Triples, conflicts, merges

KUBERNETES: Triples = {
    # https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/: lists with a
    # merge key are merged by it; `$(NAME)` in a value refers only to variables above it.
    "kubernetes: both_sides_add_different_env_names": merges(
        "ordered",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      containers:
            |        - name: api
            |          env:
            |            - name: HOST
            |              value: "0.0.0.0"
         o m|            - name: WORKERS
         o m|              value: "8"
          tm|            - name: LOG_LEVEL
          tm|              value: info
        """,
    ),
    "kubernetes: theirs_adds_env_in_one_place_that_refers_to_env_of_ours_conflicts": conflicts(
        "ordered",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      containers:
            |        - name: api
            |          env:
            |            - name: HOST
            |              value: "0.0.0.0"
         o  |            - name: URL
         o  |              value: http://$(HOST):$(PORT)
          t |            - name: PORT
          t |              value: "8000"
        """,
    ),
    "kubernetes: both_sides_add_same_env_name_ours_from_secret_conflicts": conflicts(
        "atomic",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      containers:
            |        - name: api
            |          env:
            |            - name: HOST
            |              value: "0.0.0.0"
         ot |            - name: TOKEN
         o  |              valueFrom:
         o  |                secretKeyRef: {name: api, key: token}
          t |              value: dev
        """,
        "TOKEN",
    ),
    "kubernetes: both_sides_add_same_env_name_in_different_places_conflicts": conflicts(
        "unique",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      containers:
            |        - name: api
            |          env:
         o  |            - name: WORKERS
         o  |              value: "8"
            |            - name: HOST
            |              value: "0.0.0.0"
            |            - name: LOG_LEVEL
            |              value: info
            |            - name: ZONE
            |              value: eu
          t |            - name: WORKERS
          t |              value: "2"
        """,
        "WORKERS",
    ),
    "kubernetes: both_sides_add_probe_of_different_kind_conflicts": conflicts(
        "exclusive",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      containers:
            |        - name: api
            |          image: api:1
            |          readinessProbe:
            |            periodSeconds: 5
         o  |            httpGet: {path: /readyz, port: 9000}
            |            timeoutSeconds: 2
          t |            tcpSocket: {port: 8000}
        """,
        "httpGet",
        "tcpSocket",
    ),
    "kubernetes: ours_gives_env_value_theirs_gives_source_conflicts": conflicts(
        "exclusive",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      containers:
            |        - name: api
            |          env:
            |            -
         o  |              value: dev
            |              name: TOKEN
          t |              valueFrom: {secretKeyRef: {name: api, key: token}}
        """,
        "TOKEN",
    ),
    "kubernetes: both_sides_add_same_volume_name_of_different_kind_conflicts": conflicts(
        "atomic",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      volumes:
         ot |        - name: cache
         o  |          emptyDir: {}
          t |          persistentVolumeClaim: {claimName: cache}
            |        - name: config
            |          configMap: {name: api}
        """,
        "cache",
    ),
    "kubernetes: both_sides_add_different_sources_to_volume_conflicts": conflicts(
        "exclusive",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      volumes:
            |        -
         o  |          emptyDir: {}
            |          name: cache
          t |          hostPath: {path: /cache}
        """,
        "cache",
    ),
    # Pod v1, initContainers: "executed in order".
    "kubernetes: both_sides_append_init_container_conflicts": conflicts(
        "ordered",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      initContainers:
            |        - name: wait
            |          image: wait:1
         o  |        - name: migrate
         o  |          image: migrate:1
          t |        - name: warm-up
          t |          image: warm-up:1
        """,
    ),
    "kubernetes: both_sides_append_argument_conflicts": conflicts(
        "ordered",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      containers:
            |        - name: api
            |          args:
            |            - serve
         o  |            - --reload
          t |            - --proxy-headers
        """,
    ),
    "kubernetes: ours_removes_volume_theirs_mounts_it_conflicts": conflicts(
        "reference",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      containers:
            |        - name: api
            |          image: api:1
          t |          volumeMounts:
          t |            - name: scratch
          t |              mountPath: /scratch
            |        - name: sidecar
            |          image: sidecar:1
        b t |          volumeMounts:
        b t |            - name: scratch
        b t |              mountPath: /tmp
            |      volumes:
            |        - name: config
            |          configMap: {name: api}
        b t |        - name: scratch
        b t |          emptyDir: {}
        """,
        "scratch",
    ),
    "kubernetes: ours_renames_port_theirs_probes_it_conflicts": conflicts(
        "reference",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      containers:
            |        - name: api
            |          ports:
        b t |            - name: http
         o  |            - name: web
            |              containerPort: 8000
            |          image: api:1
            |          readinessProbe:
            |            httpGet: {path: /readyz, port: 9000}
          t |          livenessProbe:
          t |            httpGet: {path: /livez, port: http}
        """,
        "http",
    ),
    "kubernetes: ours_sets_replicas_theirs_sets_image": merges(
        "atomic",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
        b t |  replicas: 1
         o m|  replicas: 3
            |  template:
            |    spec:
            |      containers:
            |        - name: api
        bo  |          image: api:1
          tm|          image: api:2
        """,
    ),
    "kubernetes: both_sides_add_different_volumes_with_mounts": merges(
        "unique",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      containers:
            |        - name: api
            |          volumeMounts:
            |            - name: config
            |              mountPath: /config
         o m|            - name: models
         o m|              mountPath: /models
          tm|            - name: tmp
          tm|              mountPath: /tmp
            |      volumes:
            |        - name: config
            |          configMap: {name: api}
         o m|        - name: models
         o m|          emptyDir: {}
          tm|        - name: tmp
          tm|          emptyDir: {}
        """,
    ),
    "kubernetes: both_sides_add_same_container_port_conflicts": conflicts(
        "unique",
        "deploy/deployment.yaml",
        """
            |kind: Deployment
            |metadata:
            |  name: api
            |spec:
            |  template:
            |    spec:
            |      containers:
            |        - name: api
            |          ports:
         o  |            - name: metrics
         o  |              containerPort: 9100
            |            - name: http
            |              containerPort: 8000
            |            - name: debug
            |              containerPort: 5678
          t |            - name: metrics
          t |              containerPort: 9000
        """,
        "metrics",
    ),
    # https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/: in order.
    "kustomize: both_sides_append_patch_conflicts": conflicts(
        "ordered",
        "deploy/kustomization.yaml",
        """
            |resources:
            |  - deployment.yaml
            |patches:
            |  - path: replicas.yaml
         o  |  - path: mine.yaml
          t |  - path: limits.yaml
        """,
    ),
}

HELM: Triples = {
    # Go templates have no reader: checked by lines, by parent and indentation.
    "helm: both_sides_add_same_env_name_conflicts": conflicts(
        "unique",
        "chart/templates/deployment.yaml",
        """
            |      containers:
            |        - name: {{ .Chart.Name }}
            |          env:
         o  |            - name: TOKEN
         o  |              value: {{ .Values.token | quote }}
            |            - name: HOST
            |              value: "0.0.0.0"
            |            - name: PORT
            |              value: {{ .Values.port | quote }}
          t |            - name: TOKEN
          t |              valueFrom:
          t |                secretKeyRef: {name: {{ .Release.Name }}, key: token}
        """,
        "TOKEN",
    ),
    "helm: both_sides_add_same_env_name_around_loop_conflicts": conflicts(
        "unique",
        "chart/templates/deployment.yaml",
        """
            |      env:
         o  |        - name: WORKERS
         o  |          value: "8"
            |        {{- range .Values.env }}
            |        - name: {{ .name }}
            |          value: {{ .value }}
            |        {{- end }}
          t |        - name: WORKERS
          t |          value: "2"
        """,
        "WORKERS",
    ),
    "helm: both_sides_add_named_templates_with_same_keys": merges(
        "unique",
        "chart/templates/_helpers.tpl",
        """
         o m|{{- define "shop.mine" -}}
         o m|app: {{ .Chart.Name }}
         o m|{{- end }}
            |{{- define "shop.labels" -}}
            |app: {{ .Chart.Name }}
            |release: {{ .Release.Name }}
            |{{- end }}
          tm|{{- define "shop.selector" -}}
          tm|app: {{ .Chart.Name }}
          tm|{{- end }}
        """,
    ),
    "helm: both_sides_add_services_with_ports_of_same_name": merges(
        "unique",
        "chart/templates/services.yaml",
        """
         o m|kind: Service
         o m|metadata: {name: {{ .Release.Name }}-mine}
         o m|spec:
         o m|  ports:
         o m|    - name: http
         o m|---
            |kind: Service
            |metadata: {name: {{ .Release.Name }}}
            |spec:
            |  ports:
            |    - name: http
          tm|---
          tm|kind: Service
          tm|metadata: {name: {{ .Release.Name }}-metrics}
          tm|spec:
          tm|  ports:
          tm|    - name: http
        """,
    ),
    "helm: both_sides_change_branches_that_set_same_env_name": merges(
        "unique",
        "chart/templates/deployment.yaml",
        """
            |          env:
        b t |            - name: HOST
         o m|            - name: BIND
            |              value: "0.0.0.0"
            |            - name: PORT
            |              value: {{ .Values.port | quote }}
            |            {{- if .Values.secret }}
            |            - name: TOKEN
            |              valueFrom:
            |                secretKeyRef: {name: {{ .Values.secret }}, key: token}
            |            {{- else }}
            |            - name: TOKEN
            |              value: dev
            |            {{- end }}
            |            - name: ZONE
            |              value: eu
          tm|            - name: LOG_LEVEL
          tm|              value: info
        """,
    ),
    "helm: both_sides_set_same_container_key_in_different_places_conflicts": conflicts(
        "unique",
        "chart/templates/deployment.yaml",
        """
            |        - name: {{ .Chart.Name }}
         o  |          imagePullPolicy: Always
            |          image: {{ .Values.image }}
            |          ports:
            |            - name: http
            |              containerPort: {{ .Values.port }}
          t |          imagePullPolicy: {{ .Values.pullPolicy }}
            |          resources: {{ toYaml .Values.resources | nindent 12 }}
        """,
        "imagePullPolicy",
    ),
    "helm: ours_removes_named_template_theirs_includes_it_conflicts": conflicts(
        "reference",
        "chart/templates/_helpers.tpl",
        """
        b t |{{- define "api.labels" -}}
        b t |app: {{ .Chart.Name }}
        b t |{{- end }}
        b t |
            |{{- define "api.name" -}}
            |{{ .Chart.Name }}
            |{{- end }}
          t |
          t |{{- define "api.selector" -}}
          t |{{ include "api.labels" . }}
          t |{{- end }}
        """,
        "api.labels",
    ),
    "helm values: both_sides_add_different_keys": merges(
        "unique",
        "chart/values.yaml",
        """
            |image: api:1
            |replicas: 1
         o m|zone: eu
          tm|priority: high
        """,
    ),
    # https://helm.sh/docs/topics/charts/#chart-dependencies: an alias is needed for a second one.
    "helm chart: both_sides_add_same_dependency_in_different_places_conflicts": conflicts(
        "unique",
        "chart/Chart.yaml",
        """
            |apiVersion: v2
            |name: api
            |dependencies:
         o  |  - name: redis
         o  |    version: 18.0.0
         o  |    repository: https://charts.example.org/mine
            |  - name: common
            |    version: 2.0.0
            |    repository: https://charts.example.org
          t |  - name: redis
          t |    version: 19.0.0
          t |    repository: https://charts.example.org
        """,
        "redis",
    ),
}

COMPOSE: Triples = {
    # https://docs.docker.com/reference/compose-file/services/
    "compose: both_sides_append_same_env_name_conflicts": conflicts(
        "unique",
        "compose.yaml",
        """
            |services:
            |  api:
            |    environment:
            |      - HOST=0.0.0.0
         o  |      - WORKERS=8
          t |      - WORKERS=2
        """,
        "WORKERS",
    ),
    "compose: both_sides_append_different_env_names": merges(
        "unique",
        "compose.yaml",
        """
            |services:
            |  api:
            |    environment:
            |      - HOST=0.0.0.0
         o m|      - WORKERS=8
          tm|      - LOG_LEVEL=info
        """,
    ),
    "compose: both_sides_append_identical_env": merges(
        "unique",
        "compose.yaml",
        """
            |services:
            |  api:
            |    image: api
            |    environment:
            |      - HOST=0.0.0.0
         otm|      - WORKERS=8
         o m|    restart: always
        """,
    ),
    "compose: both_sides_publish_same_port_conflicts": conflicts(
        "unique",
        "compose.yaml",
        """
            |services:
            |  api:
            |    ports:
         o  |      - "9000:9100"
            |      - "8000:8000"
            |      - "5678:5678"
            |      - "4317:4317"
          t |      - "9000:9000"
        """,
        "9000",
    ),
    "compose: both_sides_publish_different_ports": merges(
        "unique",
        "compose.yaml",
        """
            |services:
            |  api:
            |    ports:
            |      - "8000:8000"
         o m|      - "5678:5678"
          tm|      - "9000:9000"
        """,
    ),
    "compose: both_sides_publish_same_port_of_different_services_conflicts": conflicts(
        "unique",
        "compose.yml",
        """
            |services:
            |  api:
            |    image: api
         o  |    ports:
         o  |      - "9000:8000"
            |  cache:
            |    image: redis
            |    restart: always
            |    read_only: true
          t |    ports:
          t |      - target: 6379
          t |        published: "9000"
        """,
        "9000 would occur 2 times",
    ),
    # https://docs.docker.com/reference/compose-file/services/#networks
    "compose: both_sides_append_different_networks": merges(
        "ordered",
        "compose.yml",
        """
            |services:
            |  api:
            |    networks:
            |      - front
         o m|      - mine
          tm|      - metrics
            |networks: {front: {}, mine: {}, metrics: {}}
        """,
    ),
    "compose: both_sides_mount_to_same_path_conflicts": conflicts(
        "unique",
        "compose.yaml",
        """
            |services:
            |  api:
            |    volumes:
            |      - ./config:/config
         o  |      - ./models:/models
          t |      - models:/models
            |volumes:
            |  models:
        """,
        "/models",
    ),
    # services: "network_mode ... can't be combined with networks".
    "compose: ours_adds_network_mode_theirs_adds_networks_conflicts": conflicts(
        "exclusive",
        "compose.yaml",
        """
            |services:
            |  api:
         o  |    network_mode: host
            |    image: api
            |    restart: always
          t |    networks: [back]
            |networks:
            |  back:
        """,
        "network_mode",
    ),
    "compose: both_sides_add_same_service_name_conflicts": conflicts(
        "atomic",
        "compose.yaml",
        """
            |services:
            |  api:
            |    image: api
         ot |  redis:
         ot |    image: redis:7
         o  |    command: redis-server --appendonly yes
          t |    ports:
          t |      - "6379:6379"
        """,
        "redis",
    ),
    "compose: both_sides_add_different_services": merges(
        "atomic",
        "compose.yaml",
        """
            |services:
            |  api:
            |    image: api
         o m|  redis:
         o m|    image: redis:7
          tm|  jaeger:
          tm|    image: jaeger:2
        """,
    ),
    "compose: both_sides_add_different_health_checks_conflicts": conflicts(
        "atomic",
        "compose.yaml",
        """
            |services:
            |  api:
            |    image: api
         ot |    healthcheck:
         ot |      test: curl --fail localhost:9000/readyz
         o  |      interval: 2s
          t |      retries: 10
        """,
        "healthcheck",
    ),
    # env_file: "processed from the top down", later files win.
    "compose: both_sides_append_env_file_conflicts": conflicts(
        "ordered",
        "compose.yaml",
        """
            |services:
            |  api:
            |    env_file:
            |      - .env
         o  |      - mine.env
          t |      - telemetry.env
        """,
    ),
    "compose: both_sides_append_include_conflicts": conflicts(
        "ordered",
        "compose.yaml",
        """
            |include:
            |  - base.yaml
         o  |  - mine.yaml
          t |  - telemetry.yaml
            |services:
            |  api:
            |    image: api
        """,
    ),
    "compose: ours_removes_service_theirs_depends_on_it_conflicts": conflicts(
        "reference",
        "compose.yaml",
        """
            |services:
        b t |  db:
        b t |    image: postgres:16
            |  api:
            |    image: api
            |  cache:
            |    image: redis:7
          t |  worker:
          t |    image: api
          t |    depends_on: [db]
        """,
        "db",
    ),
    "compose: theirs_removes_volume_ours_mounts_it_conflicts": conflicts(
        "reference",
        "compose.yaml",
        """
            |services:
            |  api:
            |    image: api
            |  worker:
            |    image: api
         o  |    volumes:
         o  |      - models:/models
            |networks:
            |  back:
            |volumes:
            |  data:
        bo  |  models:
        """,
        "models",
    ),
    "compose: ours_removes_anchor_theirs_uses_it_conflicts": conflicts(
        "reference",
        "compose.yaml",
        """
        b t |x-logging: &logging
         o  |x-logging:
            |  driver: json-file
            |services:
            |  api:
            |    image: api
            |  worker:
            |    image: api
          t |    logging: *logging
        """,
        "logging",
    ),
}

DOCKERFILE: Triples = {
    # https://docs.docker.com/reference/dockerfile/
    "dockerfile: both_sides_set_same_env_name_in_different_places_conflicts": conflicts(
        "unique",
        "Dockerfile",
        """
            |FROM python:3.12
         o  |ENV WORKERS=8
            |WORKDIR /app
            |COPY . .
            |RUN pip install .
          t |ENV WORKERS=2
            |USER app
            |CMD ["api"]
        """,
        "WORKERS",
    ),
    "dockerfile: both_sides_set_different_env_names_in_one_place": merges(
        "unique",
        "Dockerfile",
        """
            |FROM python:3.12
            |ENV HOST=0.0.0.0
         o m|ENV WORKERS=8
          tm|ENV LOG_LEVEL=info
            |CMD ["api"]
        """,
    ),
    "dockerfile: both_sides_set_same_env_name_in_different_instructions_conflicts": conflicts(
        "unique",
        "Dockerfile",
        """
            |FROM python:3.12
        b t |ENV HOST=0.0.0.0
         o  |ENV HOST=0.0.0.0 TZ=UTC
            |WORKDIR /app
            |COPY . .
          t |ENV TZ=Europe/Berlin
            |CMD ["api"]
        """,
        "TZ",
    ),
    "dockerfile: both_sides_set_same_label_conflicts": conflicts(
        "unique",
        "Dockerfile",
        """
            |FROM python:3.12
         o  |LABEL org.opencontainers.image.vendor="Mine"
            |WORKDIR /app
            |COPY . .
          t |LABEL org.opencontainers.image.vendor="Platform"
            |CMD ["api"]
        """,
        "vendor",
    ),
    # "There can only be one CMD instruction ... only the last one takes effect"; so HEALTHCHECK.
    "dockerfile: both_sides_add_health_check_conflicts": conflicts(
        "unique",
        "Dockerfile",
        """
            |FROM python:3.12
         o  |HEALTHCHECK CMD curl --fail localhost:8000/health
            |WORKDIR /app
            |COPY . .
            |CMD ["api"]
          t |HEALTHCHECK CMD api check
        """,
        "HEALTHCHECK",
    ),
    "dockerfile: both_sides_add_command_in_one_place_conflicts": conflicts(
        "ordered",
        "Dockerfile",
        """
            |FROM python:3.12
            |RUN pip install .
         o  |RUN python -m compileall src
          t |RUN useradd app
            |CMD ["api"]
        """,
    ),
    "dockerfile: ours_removes_stage_theirs_copies_from_it_conflicts": conflicts(
        "reference",
        "Dockerfile",
        """
        b t |FROM node:22 AS assets
        b t |RUN npm run build
        b t |
            |FROM python:3.12
            |WORKDIR /app
            |COPY . .
          t |COPY --from=assets /dist /static
            |CMD ["api"]
        """,
        "assets",
    ),
    "dockerfile: ours_adds_entry_point_theirs_appends_stage_conflicts": conflicts(
        "ordered",
        "Dockerfile",
        """
            |FROM python:3.12 AS base
            |COPY . .
            |
            |FROM base AS run
            |CMD ["api"]
         o  |ENTRYPOINT ["tini", "--"]
          t |
          t |FROM base AS debug
          t |RUN pip install debugpy
        """,
    ),
    "dockerfile: ours_adds_entry_point_theirs_adds_stage_above_last": merges(
        "ordered",
        "Dockerfile",
        """
            |FROM python:3.12 AS base
            |COPY . .
            |
          tm|FROM base AS debug
          tm|RUN pip install debugpy
          tm|
            |FROM base AS run
            |CMD ["api"]
         o m|ENTRYPOINT ["tini", "--"]
        """,
    ),
    # https://docs.docker.com/reference/dockerfile/#user: for the instructions below it.
    "dockerfile: ours_sets_user_theirs_installs_below_it_conflicts": conflicts(
        "ordered",
        "Dockerfile",
        """
            |FROM python:3.11
            |WORKDIR /app
         o  |USER app
            |COPY . .
            |RUN pip install .
            |EXPOSE 8000
          t |RUN apt-get install -y curl
            |CMD ["api"]
        """,
        "runs as root in the release, and would run as app",
    ),
    "dockerfile: ours_sets_other_user_theirs_adds_command_below_it": merges(
        "ordered",
        "Dockerfile",
        """
            |FROM python:3.11
            |WORKDIR /app
        b t |USER app
         o m|USER shop
            |COPY . .
            |RUN pip install .
            |EXPOSE 8000
          tm|RUN python -m compileall .
            |CMD ["api"]
        """,
    ),
    # https://docs.docker.com/build/building/multi-stage/#name-your-build-stages: from 0.
    "dockerfile: ours_copies_from_stage_number_theirs_adds_stage_above_conflicts": conflicts(
        "reference",
        "Dockerfile",
        """
          t |FROM node:22
          t |RUN npm run build
          t |
            |FROM python:3.11
            |RUN pip wheel .
            |
            |FROM python:3.11-slim
            |RUN useradd app
         o  |COPY --from=0 /wheels /wheels
            |CMD ["api"]
        """,
        "would read from `node`, not from `python`",
    ),
    "dockerfile: both_sides_add_debian_packages": merges(
        "ordered",
        "Dockerfile",
        """
            |FROM python:3.12
            |RUN apt-get update && apt-get install --yes \\
            |    curl \\
         o m|    libpq5 \\
          tm|    tini \\
            |    && rm -rf /var/lib/apt/lists/*
            |CMD ["api"]
        """,
    ),
    # Patterns are ordered if one of them begins with `!`.
    "dockerignore: both_sides_append_patterns": merges(
        "ordered",
        ".dockerignore",
        """
            |.git
         o m|notebooks
          tm|docs
        """,
    ),
    "dockerignore: ours_adds_exception_theirs_adds_pattern_conflicts": conflicts(
        "ordered",
        ".dockerignore",
        """
            |.git
         o  |!docs/schema.json
          t |docs/*
        """,
    ),
}
