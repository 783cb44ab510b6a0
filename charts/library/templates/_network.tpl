{{/*
Where the pods of one app may connect to, beside DNS. (dict "root" $ "app" name "labels" dict and, true or not:
"kubernetes" "controlPlane" "kafka" "redis" "stores"; "port" of metrics, if not 8081; "ingress" text; "workers" the app of those that it may ask how they are)
*/}}
{{- define "ccd.network" -}}
{{- $values := .root.Values -}}
{{- $egress := $values.networkPolicy.egress -}}
{{- $ports := list -}}
{{- if .controlPlane }}{{ $ports = concat $ports (include "ccd.controlPlanePorts" .root | fromYamlArray) }}{{ end -}}
{{- if .kafka }}{{ $ports = concat $ports (include "ccd.portsOf" (dict "addresses" $values.kafka.bootstrapServers "otherwise" 9092) | fromYamlArray) $egress.kafkaPorts }}{{ end -}}
{{- if .redis }}{{ $ports = concat $ports (include "ccd.portsOf" (dict "addresses" (include "ccd.redis" .root | fromYaml).host "otherwise" 6379) | fromYamlArray) $egress.redisPorts }}{{ end -}}
{{- if .kubernetes }}{{ $ports = concat $ports $egress.apiServerPorts }}{{ end -}}
{{- if .stores }}{{ $ports = concat $ports $egress.storePorts }}{{ end -}}
{{- $numbers := list -}}
{{- range $ports }}{{ $numbers = append $numbers (int .) }}{{ end -}}
{{- if $values.networkPolicy.enabled -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .app }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "ccd.labels" (dict "root" .root "app" .app) | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- toYaml .labels | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- with .ingress }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with $values.networkPolicy.metrics }}
    - ports: [{ protocol: TCP, port: {{ default 8081 $.port }} }]
      from:
        {{- toYaml . | nindent 8 }}
    {{- else }}{{ if not .ingress }} []{{ end }}
    {{- end }}
  egress:
    - ports: [{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }]
    - ports:
        {{- range $numbers | uniq | sortAlpha }}
        - { protocol: TCP, port: {{ . }} }
        {{- end }}
      {{- with $egress.to }}
      to:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- with .workers }}
    - ports: [{ protocol: TCP, port: 8081 }]
      to:
        - podSelector:
            matchLabels: { app.kubernetes.io/name: {{ . }}, app.kubernetes.io/part-of: strm }
    {{- end }}
{{- end }}
{{- end }}

{{/* Nothing in and nothing out but what other policies say. */}}
{{- define "ccd.denyAll" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: strm-deny-all
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "ccd.labels" (dict "root" . "app" "strm") | nindent 4 }}
spec:
  podSelector:
    matchLabels: { app.kubernetes.io/part-of: strm }
  policyTypes: [Ingress, Egress]
{{- end }}

{{/* API, identity provider, and the proxy before both. */}}
{{- define "ccd.controlPlanePorts" -}}
{{- $ports := list (int .Values.api.port) -}}
{{- $otherwise := ternary 80 443 (hasPrefix "http://" .Values.api.authHost) -}}
{{- $ports = concat $ports (include "ccd.portsOf" (dict "addresses" .Values.api.authHost "otherwise" $otherwise) | fromYamlArray) -}}
{{- if .Values.proxy.https -}}
{{- $ports = concat $ports (include "ccd.portsOf" (dict "addresses" .Values.proxy.https "otherwise" 80) | fromYamlArray) -}}
{{- end -}}
{{ concat $ports .Values.networkPolicy.egress.controlPlanePorts | toYaml }}
{{- end }}

{{/* The ports of addresses between commas. (dict "addresses" text "otherwise" number) */}}
{{- define "ccd.portsOf" -}}
{{- $ports := list -}}
{{- range splitList "," .addresses -}}
{{- $port := regexFind ":[0-9]+/?$" (trim .) | trimPrefix ":" | trimSuffix "/" -}}
{{- $ports = append $ports (int (default $.otherwise $port)) -}}
{{- end -}}
{{ $ports | toYaml }}
{{- end }}
