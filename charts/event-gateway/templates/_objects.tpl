{{- define "event-gateway.needs" -}}
[kafka, redis, keys]
{{- end }}

{{- define "event-gateway.objects" -}}
{{- $gateway := .Values.components.eventGateway -}}
{{- $port := int $gateway.configuration.appPort -}}
{{- $adminPort := include "event-gateway.adminPort" . | int -}}
{{- $files := include "ccd.files" (dict "root" . "what" (list "api-ca" "redis-ca" "truststore")) | fromYamlArray -}}
{{- $folders := list (dict "volume" (dict "name" "cache" "emptyDir" (dict)) "mount" (dict "name" "cache" "mountPath" "/cache")) -}}
{{- if $gateway.tlsSecret -}}
{{- $folders = append $folders (dict
  "volume" (dict "name" "tls" "secret" (dict "secretName" $gateway.tlsSecret))
  "mount" (dict "name" "tls" "mountPath" "/etc/ccd/tls" "readOnly" true)) -}}
{{- end -}}
{{- $env := include "ccd.joinEnv" (dict "extra" $gateway.extraEnv "parts" (list
  (include "event-gateway.env" .)
  (include "ccd.env.controlPlane" .)
  (include "ccd.env.kafka" .)
  (include "ccd.env.redis" .)
  (include "ccd.env.keys" .))) -}}
{{ include "ccd.deployment" (dict
  "root" . "app" "event-gateway" "values" $gateway "env" $env "files" (concat $folders $files)
  "serviceAccount" .Values.serviceAccount "token" false "port" $port "portName" "http" "adminPort" $adminPort
  "grace" (add $gateway.drainSeconds 30) "podSpec" (include "event-gateway.spread" .)
  "strategy" "type: RollingUpdate\nrollingUpdate: { maxUnavailable: 0, maxSurge: 1 }" "checksum" "") }}
{{- if .Values.services.clusterIp.enabled }}
---
apiVersion: v1
kind: Service
metadata:
  name: event-gateway
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "ccd.labels" (dict "root" . "app" "event-gateway") | nindent 4 }}
spec:
  type: ClusterIP
  selector:
    {{- include "ccd.selector" (dict "app" "event-gateway") | nindent 4 }}
  ports:
    - { name: http, port: 80, targetPort: http }
    - { name: metrics, port: 8081, targetPort: admin }
{{- end }}
{{- with .Values.services.loadbalancer }}
{{- if .enabled }}
---
apiVersion: v1
kind: Service
metadata:
  name: event-gateway-external
  namespace: {{ $.Release.Namespace }}
  labels:
    {{- include "ccd.labels" (dict "root" $ "app" "event-gateway") | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: LoadBalancer
  selector:
    {{- include "ccd.selector" (dict "app" "event-gateway") | nindent 4 }}
  ports:
    - { name: http, port: {{ .port }}, targetPort: http }
  {{- with .loadBalancerSourceRanges }}
  loadBalancerSourceRanges:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
{{- if gt (int $gateway.replicas) 1 }}
---
{{ include "ccd.budget" (dict "root" . "app" "event-gateway" "minAvailable" $gateway.podDisruptionBudget.minAvailable) }}
{{- end }}
---
{{ include "ccd.network" (dict
  "root" . "app" "event-gateway" "labels" (dict "strmprivacy.io/app" "event-gateway") "port" $adminPort
  "controlPlane" true "kafka" true "redis" true "ingress" (include "event-gateway.ingress" .)) }}
{{- end }}

{{/* Of metrics, which are not for everybody who sends events. */}}
{{- define "event-gateway.adminPort" -}}
{{- ternary 8083 8082 (eq (int .Values.components.eventGateway.configuration.appPort) 8082) -}}
{{- end }}

{{- define "event-gateway.env" -}}
{{- $gateway := .Values.components.eventGateway -}}
- name: INSTANCE_ID
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- name: STRM_GATEWAY_HOST
  value: 0.0.0.0
- name: STRM_GATEWAY_PORT
  value: {{ $gateway.configuration.appPort | int | quote }}
- name: ADMIN_HOST
  value: 0.0.0.0
- name: ADMIN_PORT
  value: {{ include "event-gateway.adminPort" . | quote }}
- name: DRAIN_DELAY_MS
  value: {{ mul $gateway.drainSeconds 1000 | quote }}
- name: CACHE_DIR
  value: /cache
{{- if .Values.kafka.serializeAvroAsJson }}
- name: STRM_SERIALIZE_AS_JSON
  value: 'true'
{{- end }}
{{- if $gateway.tlsSecret }}
- name: TLS_CERT_FILE
  value: /etc/ccd/tls/tls.crt
- name: TLS_KEY_FILE
  value: /etc/ccd/tls/tls.key
{{- end }}
{{- end }}

{{- define "event-gateway.spread" -}}
{{- with .Values.components.eventGateway.topologySpread -}}
topologySpreadConstraints:
  {{- range . }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "ccd.selector" (dict "app" "event-gateway") | nindent 8 }}
  {{- end }}
{{- end -}}
{{- end }}

{{- define "event-gateway.ingress" -}}
- ports: [{ protocol: TCP, port: {{ .Values.components.eventGateway.configuration.appPort | int }} }]
  {{- with .Values.networkPolicy.clients }}
  from:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
