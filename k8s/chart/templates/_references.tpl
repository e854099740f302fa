{{/*
Secrets by reference. A source in the values is `secret: {name, key}` or `csi: {secretProviderClass, key}`; in
gatehouse.yaml it is a file under /etc/gatehouse, and the pod that needs it has just that key mounted there.
*/}}

{{/* A source -> the path, beside the folder of gatehouse.yaml. */}}
{{- define "gatehouse.reference.path" -}}
{{- if .secret -}}../secrets/{{ .secret.name }}/{{ .secret.key }}
{{- else -}}../csi/{{ .csi.secretProviderClass }}/{{ .csi.key }}
{{- end -}}
{{- end -}}

{{/* dict "secrets" {name: {key: true}} "csi" {class: true} of a list of sources, as YAML. */}}
{{- define "gatehouse.reference.gathered" -}}
{{- $secrets := dict -}}
{{- $classes := dict -}}
{{- range . -}}
{{- if .secret -}}
{{- $keys := get $secrets .secret.name | default dict -}}
{{- $_ := set $keys .secret.key true -}}
{{- $_ := set $secrets .secret.name $keys -}}
{{- else if .csi -}}
{{- $_ := set $classes .csi.secretProviderClass true -}}
{{- end -}}
{{- end -}}
{{- toYaml (dict "secrets" $secrets "csi" $classes) -}}
{{- end -}}

{{- define "gatehouse.reference.volumes" -}}
{{- $gathered := include "gatehouse.reference.gathered" . | fromYaml -}}
{{- range $name, $keys := $gathered.secrets }}
- name: {{ include "gatehouse.volume" (list "secret" $name) }}
  secret:
    secretName: {{ $name }}
    defaultMode: 0440
    items:
    {{- range $key, $_ := $keys }}
      - {key: {{ $key }}, path: {{ $key }}}
    {{- end }}
{{- end }}
{{- range $class, $_ := $gathered.csi }}
- name: {{ include "gatehouse.volume" (list "csi" $class) }}
  csi:
    driver: secrets-store.csi.k8s.io
    readOnly: true
    volumeAttributes: {secretProviderClass: {{ $class }}}
{{- end }}
{{- end -}}

{{- define "gatehouse.reference.mounts" -}}
{{- $gathered := include "gatehouse.reference.gathered" . | fromYaml -}}
{{- range $name, $_ := $gathered.secrets }}
- {name: {{ include "gatehouse.volume" (list "secret" $name) }}, mountPath: /etc/gatehouse/secrets/{{ $name }}, readOnly: true}
{{- end }}
{{- range $class, $_ := $gathered.csi }}
- {name: {{ include "gatehouse.volume" (list "csi" $class) }}, mountPath: /etc/gatehouse/csi/{{ $class }}, readOnly: true}
{{- end }}
{{- end -}}

{{/* What each kind of pod reads: YAML `list: [source, ...]`, as a template returns text. */}}

{{- define "gatehouse.key" -}}
secret: {name: {{ .root.Values.keys.secret }}, key: {{ .key }}}
{{- end -}}

{{- define "gatehouse.references.dataPlane" -}}
{{- $root := . -}}
{{- $list := list -}}
{{- range .Values.connections -}}
{{- with .credential -}}
{{- range $source := list .from (dig "oauth" "client_secret" nil .) (dig "oauth" "client_key" nil .) -}}
{{- with $source -}}{{- $list = append $list . -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if .Values.control.enabled -}}
{{- $list = append $list (include "gatehouse.key" (dict "root" $root "key" "link-key") | fromYaml) -}}
{{- end -}}
{{- $list = append $list (include "gatehouse.key" (dict "root" $root "key" "mask-key") | fromYaml) -}}
{{- with .Values.record.password -}}{{- $list = append $list . -}}{{- end -}}
{{- with (dig "credential" nil (.Values.policies.bundle | default dict)) -}}{{- $list = append $list .from -}}{{- end -}}
{{- toYaml (dict "list" $list) -}}
{{- end -}}

{{- define "gatehouse.references.control" -}}
{{- $list := list (include "gatehouse.key" (dict "root" . "key" "link-key") | fromYaml) -}}
{{- if .Values.identity.exchange -}}
{{- $list = append $list (include "gatehouse.key" (dict "root" . "key" "token-key") | fromYaml) -}}
{{- end -}}
{{- with .Values.control.database -}}{{- $list = append $list . -}}{{- end -}}
{{- with .Values.record.password -}}{{- $list = append $list . -}}{{- end -}}
{{- with .Values.approvals.sign_in -}}{{- with .client_secret -}}{{- $list = append $list . -}}{{- end -}}{{- end -}}
{{- range .Values.approvals.notifications -}}
{{- range $source := list .to.secret .to.slack .to.teams (dig "email" "password" nil .to) -}}
{{- with $source -}}{{- $list = append $list . -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml (dict "list" $list) -}}
{{- end -}}

{{- define "gatehouse.references.migration" -}}
{{- $list := list -}}
{{- with (.Values.record.migration.password | default .Values.record.password) -}}{{- $list = append $list . -}}{{- end -}}
{{- toYaml (dict "list" $list) -}}
{{- end -}}
