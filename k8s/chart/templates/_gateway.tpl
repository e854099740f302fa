{{/* What the gateway's own containers see. */}}

{{/* Authorities that Envoy checks upstreams and key servers against. */}}
{{- define "gatehouse.authorities" -}}
/etc/ssl/certs/ca-certificates.crt
{{- if .Values.control.enabled }} /etc/gatehouse/authority/ca.crt{{ end }}
{{- with .Values.gateway.upstreamCa }}{{ if .configMap }} /etc/gatehouse/upstream-ca/{{ .key }}{{ end }}{{ end }}
{{- end -}}

{{- define "gatehouse.gateway.mounts" -}}
- {name: state, mountPath: /var/lib/gatehouse}
- {name: run, mountPath: /run/gatehouse}
- {name: tmp, mountPath: /tmp}
{{- if .root.Values.control.enabled }}
- {name: authority, mountPath: /etc/gatehouse/authority, readOnly: true}
{{- end }}
{{- if .root.Values.gateway.tls.secret }}
- {name: gateway-tls, mountPath: /etc/gatehouse/gateway-tls, readOnly: true}
{{- end }}
{{- if .root.Values.gateway.upstreamCa.configMap }}
- {name: upstream-ca, mountPath: /etc/gatehouse/upstream-ca, readOnly: true}
{{- end }}
{{ include "gatehouse.rules.mounts" . }}
{{- include "gatehouse.reference.mounts" .references }}
{{- end -}}
