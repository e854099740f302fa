{{/* What the gateway's own containers see. */}}

{{/* Authorities that Envoy checks upstreams and key servers against. */}}
{{- define "gatehouse.authorities" -}}
/etc/ssl/certs/ca-certificates.crt
{{- if .Values.control.enabled }} /etc/gatehouse/authority/ca.crt{{ end }}
{{- include "gatehouse.authorities.own" . }}
{{- end -}}

{{- define "gatehouse.authorities.own" -}}
{{- if .Values.authorities.configMap }} /etc/gatehouse/authorities/{{ .Values.authorities.key }}{{ end }}
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
{{ include "gatehouse.rules.mounts" . }}
{{- include "gatehouse.reference.mounts" .references }}
{{- end -}}
