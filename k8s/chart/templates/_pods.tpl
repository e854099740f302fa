{{/* What every pod of ours has: the restricted profile, spread, pull secrets. */}}

{{/* dict "root" $ "part" "gateway" "of" .Values.gateway. */}}
{{- define "gatehouse.pod" -}}
serviceAccountName: {{ include "gatehouse.part" . }}
automountServiceAccountToken: {{ .token | default false }}
enableServiceLinks: false
securityContext: {{- include "gatehouse.pod.security" .root | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- with .of.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
nodeSelector: {{- include "gatehouse.pod.nodes" .of | nindent 2 }}
{{- with .of.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- include "gatehouse.pod.apart" . }}
{{- end -}}

{{/* The image is for Linux, and not every cluster has that alone. */}}
{{- define "gatehouse.pod.nodes" -}}
{{- toYaml (merge (dict) (.nodeSelector | default dict) (dict "kubernetes.io/os" "linux")) -}}
{{- end -}}

{{- define "gatehouse.pod.security" -}}
runAsNonRoot: true
{{- if not (kindIs "invalid" .Values.podSecurity.runAsUser) }}
runAsUser: {{ .Values.podSecurity.runAsUser }}
runAsGroup: {{ .Values.podSecurity.runAsUser }}
{{- end }}
{{- if not (kindIs "invalid" .Values.podSecurity.fsGroup) }}
fsGroup: {{ .Values.podSecurity.fsGroup }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "gatehouse.container.security" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities: {drop: [ALL]}
  seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "gatehouse.pod.apart" -}}
{{- $selector := include "gatehouse.selector" . }}
{{- if eq .of.antiAffinity "required" }}
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels: {{- $selector | nindent 12 }}
{{- else if eq .of.antiAffinity "preferred" }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels: {{- $selector | nindent 14 }}
{{- end }}
{{- if .of.zoneSpread }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- $selector | nindent 8 }}
{{- end }}
{{- end -}}

{{/* Where no two may share a node, a new pod waits for an old one's place: with as many pods as nodes for ever. */}}
{{- define "gatehouse.pod.rollout" -}}
{{- if and (eq .antiAffinity "required") (or (gt (int .replicas) 1) (dig "autoscaling" "enabled" false .)) -}}
{maxUnavailable: 1, maxSurge: 0}
{{- else -}}
{maxUnavailable: 0, maxSurge: 1}
{{- end -}}
{{- end -}}

{{- define "gatehouse.container" -}}
image: {{ include "gatehouse.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{ include "gatehouse.container.security" . }}
{{- end -}}

{{/* Rules and settings, in folders of /etc/gatehouse. dict "root" $ "part" "gateway". */}}
{{- define "gatehouse.rules.volumes" -}}
- name: config
  configMap: {name: {{ include "gatehouse.part" . }}}
{{- with .root.Values.authorities.configMap }}
- name: authorities
  configMap: {name: {{ . }}}
{{- end }}
{{- $policies := .root.Values.policies }}
{{- if or (ne $policies.preset "none") $policies.inline }}
- name: policies
  configMap: {name: {{ include "gatehouse.part" (dict "root" .root "part" "policies") }}}
{{- end }}
{{- range $policies.existingConfigMaps }}
- name: {{ include "gatehouse.volume" (list "policies" .) }}
  configMap: {name: {{ . }}}
{{- end }}
{{- range .root.Values.identity.configMaps }}
- name: {{ include "gatehouse.volume" (list "identity" .) }}
  configMap: {name: {{ . }}}
{{- end }}
{{- end -}}

{{- define "gatehouse.rules.mounts" -}}
- {name: config, mountPath: /etc/gatehouse/config, readOnly: true}
{{- if .root.Values.authorities.configMap }}
- {name: authorities, mountPath: /etc/gatehouse/authorities, readOnly: true}
{{- end }}
{{- $policies := .root.Values.policies }}
{{- if or (ne $policies.preset "none") $policies.inline }}
- {name: policies, mountPath: /etc/gatehouse/policies/inline, readOnly: true}
{{- end }}
{{- range $policies.existingConfigMaps }}
- {name: {{ include "gatehouse.volume" (list "policies" .) }}, mountPath: /etc/gatehouse/policies/{{ . }}, readOnly: true}
{{- end }}
{{- range .root.Values.identity.configMaps }}
- {name: {{ include "gatehouse.volume" (list "identity" .) }}, mountPath: /etc/gatehouse/identity/{{ . }}, readOnly: true}
{{- end }}
{{- end -}}

{{- define "gatehouse.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata: {{- include "gatehouse.metadata" . | nindent 2 }}
  {{- with .annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end -}}

{{- define "gatehouse.disruption" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{- include "gatehouse.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {{- include "gatehouse.selector" . | nindent 6 }}
{{- end -}}

{{- define "gatehouse.autoscaler" -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{- include "gatehouse.metadata" . | nindent 2 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: {{ .kind }}, name: {{ include "gatehouse.part" . }}}
  minReplicas: {{ .of.minReplicas }}
  maxReplicas: {{ .of.maxReplicas }}
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: {{ .of.cpu }}}}
  behavior:
    scaleUp: {stabilizationWindowSeconds: 0}
    # Sessions and held calls live in the pods that go.
    scaleDown:
      stabilizationWindowSeconds: 900
      policies: [{type: Pods, value: 1, periodSeconds: 120}]
{{- end -}}
