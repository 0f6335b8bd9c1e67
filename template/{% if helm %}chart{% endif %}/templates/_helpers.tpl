{{- /* What selects the pods of this release. It can never change: a Deployment keeps its selector. */}}
{{- define "service.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- /* The labels of every object. A version may have a + where a label must not. */}}
{{- define "service.labels" -}}
{{ include "service.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | replace "+" "_" | trunc 63 | trimAll "-_." | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimAll "-_." }}
{{- end }}

{{- define "service.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{- /* Not the service's: the pod of `helm test` must get none of its requests. */}}
{{- define "service.testSelector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}-test
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- /* The labels of the Service for the management port, which tell it from the other. */}}
{{- define "service.metricsLabels" -}}
{{ include "service.selector" . }}
app.kubernetes.io/component: metrics
{{- end }}

{{- /* The minimum number of pods. */}}
{{- define "service.fewest" -}}
{{ if .Values.autoscaling.enabled }}{{ .Values.autoscaling.minReplicas }}{{ else }}{{ .Values.replicas }}{{ end }}
{{- end }}

{{- /*
The Secrets that the pods use, each with its version in the cluster: a checksum of their content could
be used to guess it. A chart that is only rendered sees no cluster, and no Secrets.
*/}}
{{- define "service.secretVersions" -}}
{{- $names := .Values.secrets }}
{{- range .Values.secretEnv }}
{{- $names = append $names .secret }}
{{- end }}
{{- range .Values.volumes }}
{{- with .secret }}
{{- $names = append $names .secretName }}
{{- end }}
{{- end }}
{{- range $names | uniq | sortAlpha }}
{{- with lookup "v1" "Secret" $.Release.Namespace . }}
{{- printf "%s=%s " .metadata.name .metadata.resourceVersion }}
{{- end }}
{{- end }}
{{- end }}

{{- /* With the container's below, the Pod Security Standard "restricted". */}}
{{- define "service.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "service.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- /* A bucket as in its label `le`: 0.5, 1.0. */}}
{{- define "service.bucket" -}}
{{ if eq (floor .) (float64 .) }}{{ printf "%.1f" (float64 .) }}{{ else }}{{ . }}{{ end }}
{{- end }}
