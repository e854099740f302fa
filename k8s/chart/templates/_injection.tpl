{{/*
What the admission webhook reads: webhook.yaml. It is the whole agreement between the chart and the program; everything
that the program needs to know of the release stands here, and nothing of it is read elsewhere.
*/}}

{{/* Namespaces where nothing is ever injected. */}}
{{- define "gatehouse.injection.excluded" -}}
{{- toYaml (dict "list" (append .Values.injection.excludedNamespaces .Release.Namespace | uniq | sortAlpha)) -}}
{{- end -}}

{{/* Secrets that an injected pod mounts, with their keys; they must be in the pod's namespace. */}}
{{- define "gatehouse.injection.secrets" -}}
{{- $list := list -}}
{{- $gathered := include "gatehouse.reference.gathered" (include "gatehouse.references.dataPlane" . | fromYaml).list | fromYaml -}}
{{- range $name, $keys := $gathered.secrets -}}
{{- $list = append $list (dict "name" $name "keys" (keys $keys | sortAlpha)) -}}
{{- end -}}
{{- toYaml (dict "list" $list "csi" (keys $gathered.csi | sortAlpha)) -}}
{{- end -}}

{{- define "gatehouse.injection.connection" -}}
{{- $claude := list -}}
{{- range .Values.connections -}}{{- if eq .kind "claude" -}}{{- $claude = append $claude .name -}}{{- end -}}{{- end -}}
{{- .Values.injection.connection | default (first $claude) -}}
{{- end -}}

{{- define "gatehouse.injection.policies" -}}
{{- $list := list -}}
{{- if or (ne .Values.policies.preset "none") .Values.policies.inline -}}
{{- $list = append $list (dict "configMap" (include "gatehouse.part" (dict "root" . "part" "policies")) "folder" "inline") -}}
{{- end -}}
{{- range .Values.policies.existingConfigMaps -}}{{- $list = append $list (dict "configMap" . "folder" .) -}}{{- end -}}
{{- toYaml (dict "list" $list) -}}
{{- end -}}

{{- define "gatehouse.injection.settings" -}}
{{- $v := .Values -}}
{{- $webhook := dict "root" . "part" "webhook" -}}
{{- $secrets := include "gatehouse.injection.secrets" . | fromYaml -}}
{{- $names := list (include "gatehouse.host" $webhook) -}}
{{- if $v.control.enabled -}}{{- $names = append $names (include "gatehouse.host" (dict "root" . "part" "control")) -}}{{- end -}}
{{- $configuration := include "gatehouse.injection.configuration" . -}}
{{- $injection := dict
  "default" $v.injection.default
  "excluded_namespaces" (include "gatehouse.injection.excluded" . | fromYaml).list
  "native_sidecars" $v.injection.nativeSidecars
  "explicit" $v.injection.explicit
  "connection" (include "gatehouse.injection.connection" .)
  "image" (include "gatehouse.image" .)
  "image_pull_policy" $v.image.pullPolicy
  "image_pull_secrets" $v.image.pullSecrets
  "run_as_user" $v.podSecurity.runAsUser
  "authority" (dict "configMap" (include "gatehouse.part" (dict "root" . "part" "authority")) "key" "ca.crt")
  "label" (dict "name" "gatehouse.dev/injected-by" "value" (include "gatehouse.injection.label" .))
  "metrics_port" "gate-metrics"
  "settings" (dict "configMap" (include "gatehouse.part" (dict "root" . "part" "sidecar")) "key" "gatehouse.yaml")
  "policies" (include "gatehouse.injection.policies" . | fromYaml).list
  "identity" $v.identity.configMaps
  "authorities" (ternary (pick $v.authorities "configMap" "key") nil (ne $v.authorities.configMap ""))
  "secrets" ($v.injection.secrets | default $secrets.list)
  "csi" $secrets.csi
  "token" (dict "audience" $v.injection.token.audience "expiration_seconds" $v.injection.token.expirationSeconds "used" (ne $v.injection.serviceAccounts.issuer ""))
  "spool" (dict "size" $v.injection.spool.size "storage_class" $v.injection.spool.storageClass)
  "resources" (dict "envoy" $v.injection.resources.envoy "data_plane" $v.injection.resources.dataPlane) -}}
{{- $all := list -}}{{- range $v.connections -}}{{- $all = append $all .name -}}{{- end -}}
{{- $_ := set $injection "connections" $all -}}
{{- toYaml (dict
  "release" .Release.Name
  "namespace" .Release.Namespace
  "service_account" (include "gatehouse.part" $webhook)
  "listen" (dict "address" $v.listenAddress "port" 15443)
  "metrics" (dict "address" $v.listenAddress "port" 15095)
  "log" (dict "level" $v.log.level "format" "json")
  "certificates" (dict
    "self_managed" (eq $v.certificates.mode "selfManaged")
    "folder" "/etc/gatehouse/tls"
    "secret" (include "gatehouse.tlsSecret" .)
    "names" $names
    "mutating" $configuration
    "validating" $configuration)
  "paths" (dict "inject" "/inject" "policies" "/policies" "copies" "/copies" "pods" "/pods")
  "injection" $injection) -}}
{{- end -}}

{{/* Cluster-wide names carry the namespace: two releases of one name may stand side by side. */}}
{{- define "gatehouse.injection.configuration" -}}
{{- .Release.Namespace }}-{{ include "gatehouse.part" (dict "root" . "part" "webhook") -}}
{{- end -}}

{{/* Whose data planes: the value of the label on injected pods. */}}
{{- define "gatehouse.injection.label" -}}
{{- $whole := printf "%s.%s" .Release.Namespace .Release.Name -}}
{{- if gt (len $whole) 63 -}}{{- $whole = printf "%s-%s" ($whole | trunc 54 | trimAll "-.") ($whole | sha256sum | trunc 8) -}}{{- end -}}
{{- $whole -}}
{{- end -}}

{{- define "gatehouse.injection.client" -}}
clientConfig:
  service: {name: {{ include "gatehouse.part" (dict "root" .root "part" "webhook") }}, namespace: {{ .root.Release.Namespace }}, port: 443, path: {{ .path }}}
  {{- with .root.Values.certificates.caBundle }}
  caBundle: {{ . }}
  {{- end }}
{{- end -}}

{{- define "gatehouse.injection.authority" -}}
{{- if eq .Values.certificates.mode "certManager" }}
annotations:
  cert-manager.io/inject-ca-from: {{ .Release.Namespace }}/{{ include "gatehouse.tlsSecret" . }}
{{- end }}
{{- end -}}

{{/* What hooks have in common that keep others off what is ours. */}}
{{- define "gatehouse.injection.guard" -}}
admissionReviewVersions: [v1]
failurePolicy: {{ .Values.webhook.failurePolicy }}
matchPolicy: Equivalent
sideEffects: None
timeoutSeconds: {{ .Values.webhook.timeoutSeconds }}
{{- end -}}

{{/* Names of all that is copied into the namespaces of injected pods. */}}
{{- define "gatehouse.injection.copied" -}}
{{ list (printf "%s-sidecar" (include "gatehouse.fullname" .)) (printf "%s-policies" (include "gatehouse.fullname" .)) (printf "%s-authority" (include "gatehouse.fullname" .)) | concat .Values.policies.existingConfigMaps | concat .Values.identity.configMaps | concat (compact (list .Values.authorities.configMap)) | uniq | sortAlpha | toJson }}
{{- end -}}
