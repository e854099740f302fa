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

{{/* Of a volume, by what it shows: list "secret" "name". Names that would become one are told apart. */}}
{{- define "gatehouse.volume" -}}
{{- $kind := first . -}}{{- $name := last . -}}
{{- if or (contains "." $name) (gt (len $name) (int (sub 62 (len $kind)))) -}}
{{ $kind }}-{{ $name | replace "." "-" | trunc (int (sub 53 (len $kind))) | trimSuffix "-" }}-{{ $name | sha256sum | trunc 8 }}
{{- else -}}
{{ $kind }}-{{ $name }}
{{- end -}}
{{- end -}}

{{/* `20Gi`, `512KiB`, `1.5 GiB` -> bytes. */}}
{{- define "gatehouse.bytes" -}}
{{- $units := dict "" 1 "B" 1 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $number := regexFind "^[0-9.]+" . -}}
{{- $unit := trimPrefix $number . | trim -}}
{{- if gt (len $unit) 1 -}}{{- $unit = trimSuffix "B" $unit -}}{{- end -}}
{{- mulf (float64 $number) (get $units $unit) | int64 -}}
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
