{{/*
gatehouse.yaml of each kind of process, as a dict. Its folder is /etc/gatehouse/config; paths are beside it, so that the
same text can be read anywhere the folders are laid out alike.
*/}}

{{/* A source as gatehouse.yaml writes it. */}}
{{- define "gatehouse.source" -}}{{ toYaml (dict "file" (include "gatehouse.reference.path" .)) }}{{- end -}}

{{- define "gatehouse.settings.record" -}}
{{- $record := omit .Values.record "migration" "clickhouse" "password" "cluster" -}}
{{- with .Values.record.clickhouse -}}{{- $_ := set $record "clickhouse" . -}}{{- end -}}
{{- if and .Values.record.clickhouse .Values.authorities.configMap -}}{{- $_ := set $record "ca" "/run/gatehouse/authorities.pem" -}}{{- end -}}
{{- with .Values.record.cluster -}}{{- $_ := set $record "cluster" . -}}{{- end -}}
{{- with .Values.record.password -}}{{- $_ := set $record "password" (include "gatehouse.source" . | fromYaml) -}}{{- end -}}
{{- if not .Values.control.enabled -}}
{{- $kept := list -}}
{{- range $record.anchors -}}{{- if not .control -}}{{- $kept = append $kept . -}}{{- end -}}{{- end -}}
{{- $_ := set $record "anchors" $kept -}}
{{- end -}}
{{- toYaml $record -}}
{{- end -}}

{{- define "gatehouse.settings.policies" -}}
{{- $patterns := list -}}
{{- if or (ne .Values.policies.preset "none") .Values.policies.inline -}}
{{- $patterns = append $patterns "../policies/inline/*.yaml" -}}
{{- end -}}
{{- range .Values.policies.existingConfigMaps -}}
{{- $patterns = append $patterns (printf "../policies/%s/*.yaml" .) -}}
{{- end -}}
{{- toYaml (dict "list" $patterns) -}}
{{- end -}}

{{/* Files alone are a list. Only data planes fetch a bundle: nobody else is given what opens its place. */}}
{{- define "gatehouse.settings.rules" -}}
{{- $rules := (include "gatehouse.settings.policies" .root | fromYaml).list -}}
{{- with .root.Values.policies.bundle -}}
{{- $bundle := omit . "credential" "ca" -}}
{{- if $.credentials -}}
{{- with .ca -}}{{- $_ := set $bundle "ca" . -}}{{- end -}}
{{- with .credential -}}
{{- $_ := set $bundle "credential" (merge (dict "from" (include "gatehouse.source" .from | fromYaml)) (omit . "from")) -}}
{{- end -}}
{{- end -}}
{{- $rules = dict "files" $rules "bundle" $bundle -}}
{{- end -}}
{{- toYaml (dict "rules" $rules) -}}
{{- end -}}

{{/* Of an upstream: a secret, or a token endpoint that wants to see one. dict "root" $ "credential" of the values. */}}
{{- define "gatehouse.settings.credential" -}}
{{- $authorities := .root.Values.authorities.configMap -}}
{{- $credential := omit .credential "from" "oauth" -}}
{{- with .credential.from -}}{{- $_ := set $credential "from" (include "gatehouse.source" . | fromYaml) -}}{{- end -}}
{{- with .credential.oauth -}}
{{- $oauth := omit . "client_secret" "client_key" -}}
{{- with .client_secret -}}{{- $_ := set $oauth "client_secret" (include "gatehouse.source" . | fromYaml) -}}{{- end -}}
{{- with .client_key -}}{{- $_ := set $oauth "client_key" (include "gatehouse.reference.path" .) -}}{{- end -}}
{{- if and $authorities (not .ca) -}}{{- $_ := set $oauth "ca" "/run/gatehouse/authorities.pem" -}}{{- end -}}
{{- $_ := set $credential "oauth" $oauth -}}
{{- end -}}
{{- toYaml $credential -}}
{{- end -}}

{{/* What the processes have in common: dict "root" $ "credentials" true|false. */}}
{{- define "gatehouse.settings.all" -}}
{{- $values := .root.Values -}}
{{- $connections := list -}}
{{- $credentials := .credentials -}}
{{- range $values.connections -}}
{{- $one := omit . "credential" -}}
{{- if and $credentials .credential -}}
{{- $_ := set $one "credential" (include "gatehouse.settings.credential" (dict "root" $.root "credential" .credential) | fromYaml) -}}
{{- end -}}
{{- $connections = append $connections $one -}}
{{- end -}}
{{- $all := dict
  "connections" $connections
  "policies" (include "gatehouse.settings.rules" . | fromYaml).rules
  "record" (include "gatehouse.settings.record" .root | fromYaml)
  "log" (dict "level" $values.log.level "format" "json")
  "state" "/var/lib/gatehouse/state" -}}
{{- toYaml $all -}}
{{- end -}}

{{/* Of a data plane: dict "root" $ "address" "0.0.0.0" "tls" "" "drain" "60s" "providers" [...]. */}}
{{- define "gatehouse.settings.dataPlane" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $settings := include "gatehouse.settings.all" (dict "root" $root "credentials" true) | fromYaml -}}
{{- $listen := dict "address" .address "port" 15080 -}}
{{- if .tls -}}
{{- $_ := set $listen "tls" (dict "certificate" "../gateway-tls/tls.crt" "key" "../gateway-tls/tls.key") -}}
{{- end -}}
{{- $_ := set $settings "listen" $listen -}}
{{- $identity := dict "providers" (concat $values.identity.providers .providers) -}}
{{- with $values.identity.exchange -}}
{{/* Which tokens are ours; who may get one is the control plane's business alone. */}}
{{- $_ := set $identity "exchange" (pick . "issuer" "audience" "audiences") -}}
{{- end -}}
{{- $_ := set $settings "identity" $identity -}}
{{- $_ := set $settings "mask" (dict "key_file" (printf "../secrets/%s/mask-key" $values.keys.secret)) -}}
{{- $_ := set $settings "metrics" (dict "address" $values.listenAddress "port" 15095) -}}
{{- $_ := set $settings "envoy" (dict "socket" "/run/gatehouse/ext_proc.sock" "admin_socket" "/run/gatehouse/admin.sock" "upstream_ca" "/run/gatehouse/authorities.pem" "drain" .drain) -}}
{{- if $values.control.enabled -}}
{{- $link := dict
  "address" (printf "%s:15091" (include "gatehouse.host" (dict "root" $root "part" "control")))
  "key" (dict "file" (printf "../secrets/%s/link-key" $values.keys.secret))
  "tls" (dict "ca" "../authority/ca.crt") -}}
{{- $_ := set $settings "control" (dict "url" (include "gatehouse.consoleUrl" $root) "link" $link "stale" $values.approvals.stale) -}}
{{- end -}}
{{- toYaml (mergeOverwrite $settings (deepCopy $values.settings)) -}}
{{- end -}}

{{- define "gatehouse.settings.gateway" -}}
{{- include "gatehouse.settings.dataPlane" (dict "root" . "address" .Values.listenAddress "tls" .Values.gateway.tls.secret "drain" (printf "%ds" (int .Values.gateway.drainSeconds)) "providers" list) -}}
{{- end -}}

{{/* Where the cluster's keys are published again: the control plane's own Service, unless the values name another. */}}
{{- define "gatehouse.clusterKeys" -}}
{{- with .Values.injection.serviceAccounts -}}
{{- .jwksUrl | default (printf "https://%s/.well-known/cluster-jwks.json" (include "gatehouse.host" (dict "root" $ "part" "control"))) -}}
{{- end -}}
{{- end -}}

{{/* Whether the control plane publishes them: yes where pods are identified and nobody else does. */}}
{{- define "gatehouse.publishesKeys" -}}
{{- with .Values.injection.serviceAccounts -}}
{{- if and $.Values.control.enabled .issuer (not .jwksUrl) -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/* Of an injected data plane: on loopback, and the pod's own token speaks where the agent has none. */}}
{{- define "gatehouse.settings.sidecar" -}}
{{- $settings := include "gatehouse.settings.dataPlane" (dict "root" . "address" "127.0.0.1" "tls" "" "drain" "10s" "providers" list) | fromYaml -}}
{{/* An agent's pod has no rights in a bucket, and must not get them: its checkpoints go to the control plane. */}}
{{- $anchors := list -}}
{{- range $settings.record.anchors -}}{{- if .control -}}{{- $anchors = append $anchors . -}}{{- end -}}{{- end -}}
{{- $_ := set $settings.record "anchors" $anchors -}}
{{/* An emptyDir that is fuller than its limit evicts the pod, and the record with it: calls are refused before that. */}}
{{- $room := div (mul 3 (include "gatehouse.bytes" .Values.injection.spool.size | int64)) 4 -}}
{{- if lt $room (include "gatehouse.bytes" (toString $settings.record.limit) | int64) -}}
{{- $_ := set $settings.record "limit" (printf "%dMiB" (div $room 1048576)) -}}
{{- end -}}
{{- $own := .Values.injection.serviceAccounts -}}
{{- if $own.issuer -}}
{{- $workload := dict
  "issuer" $own.issuer
  "audiences" (list .Values.injection.token.audience)
  "jwks" (dict "url" (include "gatehouse.clusterKeys" .))
  "map" $own.map -}}
{{/* Keys are a URL or a file: what the settings name stands in place of ours. */}}
{{- if dig "workload" "jwks" dict $settings.identity -}}{{- $_ := unset $workload "jwks" -}}{{- end -}}
{{- $_ := set $settings.identity "workload" (mergeOverwrite $workload (deepCopy (dig "workload" dict $settings.identity))) -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{- define "gatehouse.settings.notifications" -}}
{{- $list := list -}}
{{- range .Values.approvals.notifications -}}
{{- $one := deepCopy . -}}
{{- range $name := list "secret" "slack" "teams" -}}
{{- with get $one.to $name -}}{{- $_ := set $one.to $name (include "gatehouse.source" . | fromYaml) -}}{{- end -}}
{{- end -}}
{{- with dig "email" "password" nil $one.to -}}
{{- $_ := set $one.to.email "password" (include "gatehouse.source" . | fromYaml) -}}
{{- end -}}
{{- $list = append $list $one -}}
{{- end -}}
{{- toYaml (dict "list" $list) -}}
{{- end -}}

{{- define "gatehouse.settings.control" -}}
{{- $values := .Values -}}
{{- $settings := include "gatehouse.settings.all" (dict "root" . "credentials" false) | fromYaml -}}
{{- $identity := dict "providers" $values.identity.providers -}}
{{- with $values.identity.exchange -}}
{{- $_ := set $identity "exchange" (merge (dict "key_file" (printf "../secrets/%s/token-key" $values.keys.secret)) .) -}}
{{- end -}}
{{- $_ := set $settings "identity" $identity -}}
{{- $pair := dict "certificate" "../tls/tls.crt" "key" "../tls/tls.key" -}}
{{- $control := dict
  "url" (include "gatehouse.consoleUrl" .)
  "listen" (dict "address" $values.listenAddress "port" 15090 "tls" $pair)
  "gates" (dict "address" $values.listenAddress "port" 15091 "tls" $pair)
  "link" (dict "key" (dict "file" (printf "../secrets/%s/link-key" $values.keys.secret)))
  "roles" $values.approvals.roles
  "stale" $values.approvals.stale
  "pending_per_caller" $values.approvals.pending_per_caller
  "notifications" (include "gatehouse.settings.notifications" . | fromYaml).list -}}
{{- with $values.control.database -}}{{- $_ := set $control "database" (include "gatehouse.source" . | fromYaml) -}}{{- end -}}
{{- with $values.approvals.sign_in -}}
{{- $sign := omit . "client_secret" -}}
{{- with .client_secret -}}{{- $_ := set $sign "client_secret" (include "gatehouse.source" . | fromYaml) -}}{{- end -}}
{{- $_ := set $control "sign_in" $sign -}}
{{- end -}}
{{- if include "gatehouse.publishesKeys" . -}}{{- $_ := set $control "cluster_keys" dict -}}{{- end -}}
{{- $_ := set $settings "control" $control -}}
{{- toYaml $settings -}}
{{- end -}}

{{/* Of the Job that makes the tables: the same, as somebody who may. */}}
{{- define "gatehouse.settings.migration" -}}
{{- $settings := include "gatehouse.settings.all" (dict "root" . "credentials" false) | fromYaml -}}
{{- $identity := dict "providers" .Values.identity.providers -}}
{{- with .Values.identity.exchange -}}{{- $_ := set $identity "exchange" (pick . "issuer" "audience") -}}{{- end -}}
{{- $_ := set $settings "identity" $identity -}}
{{- if .Values.authorities.configMap -}}{{- $_ := set $settings.record "ca" "/tmp/authorities.pem" -}}{{- end -}}
{{- with .Values.record.migration -}}
{{- with .user -}}{{- $_ := set $settings.record "user" . -}}{{- end -}}
{{- with .password -}}{{- $_ := set $settings.record "password" (include "gatehouse.source" . | fromYaml) -}}{{- end -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}
