{{/* What things are called. */}}

{{- define "gatehouse.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "gatehouse.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "gatehouse.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "gatehouse.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Of one part: dict "root" $ "part" "gateway". */}}
{{- define "gatehouse.part" -}}{{ include "gatehouse.fullname" .root }}-{{ .part }}{{- end -}}

{{- define "gatehouse.host" -}}{{ include "gatehouse.part" . }}.{{ .root.Release.Namespace }}.svc{{- end -}}

{{- define "gatehouse.selector" -}}
app.kubernetes.io/name: {{ include "gatehouse.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end -}}

{{- define "gatehouse.labels" -}}
{{ include "gatehouse.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: gatehouse
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Name, namespace and labels of an object of one part. `suffix`: where one part has several of a kind. */}}
{{- define "gatehouse.metadata" -}}
name: {{ include "gatehouse.part" . }}{{ with .suffix }}-{{ . }}{{ end }}
namespace: {{ .root.Release.Namespace }}
labels: {{- include "gatehouse.labels" . | nindent 2 }}
{{- end -}}

{{- define "gatehouse.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag }}{{ end }}
{{- end -}}
{{- end -}}

{{- define "gatehouse.tlsSecret" -}}
{{ .Values.certificates.secret | default (include "gatehouse.part" (dict "root" . "part" "tls")) }}
{{- end -}}

{{- define "gatehouse.consoleUrl" -}}
{{- .Values.control.url | default (printf "https://%s" (include "gatehouse.host" (dict "root" . "part" "control"))) -}}
{{- end -}}
