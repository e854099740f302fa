{{/* What several values must be together, each as a sentence. All mistakes are said at once. */}}
{{- define "gatehouse.checks" -}}
{{- $v := .Values -}}
{{- $said := list -}}
{{- if not (or $v.image.digest $v.image.tag) -}}
{{- $said = append $said "image.digest: name the image's digest (sha256:...), as the build printed it; image.tag only for a try" -}}
{{- end -}}
{{- if and (not $v.identity.providers) (not $v.identity.exchange) -}}
{{- $said = append $said "identity: nobody could come in: name a provider under identity.providers, or set identity.exchange" -}}
{{- end -}}
{{- if and (eq $v.policies.preset "none") (not $v.policies.inline) (not $v.policies.existingConfigMaps) (not $v.policies.bundle) -}}
{{- $said = append $said "policies: without a policy every call is refused: choose policies.preset, or write policies.inline, or name policies.existingConfigMaps or a policies.bundle" -}}
{{- end -}}
{{- if dig "key_file" "" ($v.identity.exchange | default dict) -}}
{{- $said = append $said "identity.exchange.key_file: is not yours to set: it is the key token-key of the Secret keys.secret" -}}
{{- end -}}
{{- $names := list -}}
{{- range $v.connections -}}
{{- if has .name $names -}}{{- $said = append $said (printf "connections: the name %q stands there twice" .name) -}}{{- end -}}
{{- $names = append $names .name -}}
{{- $connection := . -}}
{{- with dig "oauth" nil (.credential | default dict) -}}
{{- $place := printf "connections: the oauth of %q" $connection.name -}}
{{- if eq (empty .token_url) (not (or .issuer .discover)) -}}
{{- $said = append $said (printf "%s needs one of token_url and issuer, or discover: true for an MCP server" $place) -}}
{{- end -}}
{{- if and .discover (or (ne $connection.kind "mcp") (not (hasPrefix "https://" $connection.url))) -}}
{{- $said = append $said (printf "%s asks the server where the client's secret goes: discover is for kind mcp with https" $place) -}}
{{- end -}}
{{- if and .discover .exchange (not .issuer) -}}
{{- $said = append $said (printf "%s shows callers' tokens to the issuer: name it in issuer beside discover" $place) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $v.injection.connection (not (has $v.injection.connection $names)) -}}
{{- $said = append $said (printf "injection.connection: %q is none of the connections (%s)" $v.injection.connection (join ", " $names)) -}}
{{- end -}}
{{- if and $v.control.enabled (gt (int $v.control.replicas) 1) (not $v.control.database) -}}
{{- $said = append $said "control.database: several replicas share a PostgreSQL: name the Secret with its DSN, or set control.replicas: 1 for SQLite" -}}
{{- end -}}
{{- if and $v.control.autoscaling.enabled (not $v.control.database) -}}
{{- $said = append $said "control.autoscaling: needs control.database: SQLite is for one replica" -}}
{{- end -}}
{{- range $part := list "control" "gateway" -}}
{{- with (get $v $part).autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- $said = append $said (printf "%s.autoscaling: minReplicas %d is more than maxReplicas %d" $part (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $limit := dig "record" "limit" $v.record.limit $v.settings -}}
{{- if and $v.gateway.enabled (le (include "gatehouse.bytes" $v.gateway.spool.size | int64) (include "gatehouse.bytes" (toString $limit) | int64)) -}}
{{- $said = append $said (printf "gateway.spool.size: %s is not more than record.limit (%s): a pod would run out of room before it refuses calls" $v.gateway.spool.size (toString $limit)) -}}
{{- end -}}
{{- if and $v.control.persistence.enabled (or (gt (int $v.control.replicas) 1) $v.control.autoscaling.enabled) -}}
{{- $said = append $said "control.persistence: one volume is for one replica: set control.replicas: 1, or turn it off and use control.database" -}}
{{- end -}}
{{- if and $v.approvals.sign_in (not (dig "from" list ($v.identity.exchange | default dict))) -}}
{{- $said = append $said "approvals.sign_in: its provider is a source of identity.exchange.from: name one there" -}}
{{- end -}}
{{- if eq $v.certificates.mode "selfManaged" -}}
{{- if and $v.control.enabled (not $v.webhook.enabled) -}}
{{- $said = append $said "certificates.mode: selfManaged needs webhook.enabled: the webhook makes and rotates them; else use certManager or existingSecret" -}}
{{- end -}}
{{- end -}}
{{- if and (eq $v.certificates.mode "certManager") (not $v.certificates.certManager.issuerRef.name) -}}
{{- $said = append $said "certificates.certManager.issuerRef.name: name the Issuer or ClusterIssuer" -}}
{{- end -}}
{{- with $v.certificates.certManager -}}
{{- if and (eq $v.certificates.mode "certManager") .renewBefore .duration (ge (trimSuffix "h" .renewBefore | int) (trimSuffix "h" .duration | int)) -}}
{{- $said = append $said (printf "certificates.certManager: renewBefore %s must be less than duration %s" .renewBefore .duration) -}}
{{- end -}}
{{- end -}}
{{- if eq $v.certificates.mode "existingSecret" -}}
{{- if and (not $v.certificates.secret) (or $v.control.enabled $v.webhook.enabled) -}}
{{- $said = append $said "certificates.secret: name the Secret with tls.crt, tls.key and ca.crt" -}}
{{- end -}}
{{- if and $v.webhook.enabled (not $v.certificates.caBundle) -}}
{{- $said = append $said "certificates.caBundle: the API server needs the authority's certificate, as base64 of its PEM, to call the webhooks" -}}
{{- end -}}
{{- else if $v.certificates.caBundle -}}
{{- $said = append $said (printf "certificates.caBundle: is for mode existingSecret; in mode %s it is filled in by itself" $v.certificates.mode) -}}
{{- end -}}
{{- if and $v.injection.serviceAccounts.issuer (not $v.injection.serviceAccounts.jwksUrl) (not $v.control.enabled) -}}
{{- $said = append $said "injection.serviceAccounts.jwksUrl: is needed with the issuer where no control plane publishes the cluster's keys" -}}
{{- end -}}
{{- if and $v.networkPolicy.enabled $v.networkPolicy.agentNamespaces $v.webhook.enabled -}}
{{- range $rule := $v.networkPolicy.inClusterTo -}}{{- range $rule.to -}}
{{- if and .podSelector (not (hasKey . "namespaceSelector")) -}}
{{- $said = append $said "networkPolicy.inClusterTo: counts for injected pods in agentNamespaces, too: name the namespace of each podSelector with a namespaceSelector" -}}
{{- end -}}
{{- end -}}{{- end -}}
{{- end -}}
{{- if and $v.control.ingress.enabled (not $v.control.ingress.host) -}}
{{- $said = append $said "control.ingress.host: name the host that people type" -}}
{{- end -}}
{{- if and $v.identity.exchange (not $v.control.enabled) -}}
{{- $said = append $said "identity.exchange: the control plane does it: set control.enabled: true" -}}
{{- end -}}
{{- if and $v.control.tokenReview (not $v.control.enabled) -}}
{{- $said = append $said "control.tokenReview: needs control.enabled" -}}
{{- end -}}
{{- if $said -}}{{- fail (printf "\n\nThese values do not fit together:\n- %s\n" (join "\n- " $said)) -}}{{- end -}}
{{- end -}}
