{{/* Settings of everything that asks the control plane, a list. */}}
{{- define "ccd.env.controlPlane" -}}
{{- $secret := include "ccd.credentialsSecret" . -}}
- name: LOG_LEVEL
  value: {{ .Values.logLevel }}
- name: STRM_API_HOST
  value: {{ .Values.api.host | quote }}
- name: STRM_API_PORT
  value: {{ .Values.api.port | quote }}
{{- if not .Values.api.tls }}
- name: STRM_API_TLS
  value: 'false'
{{- end }}
- name: STRM_AUTH_URL
  value: {{ ternary .Values.api.authHost (printf "https://%s" .Values.api.authHost) (contains "://" .Values.api.authHost) | quote }}
- name: STRM_AUTH_CLIENT_ID
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: clientId } }
- name: STRM_AUTH_CLIENT_SECRET
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: clientSecret } }
- name: STRM_INSTALLATION_ID
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: installationId } }
{{- with .Values.api.ca }}{{ if .configMap }}
- name: STRM_API_CA
  value: /etc/ccd/api-ca/ca.crt
{{- end }}{{ end }}
{{- with include "ccd.proxySecret" . }}
- name: HTTPS_PROXY
  valueFrom: { secretKeyRef: { name: {{ . }}, key: https_proxy } }
- name: NO_PROXY
  value: {{ $.Values.proxy.noProxy | quote }}
{{- end }}
{{- end }}

{{/* Settings of everything that uses the event log. */}}
{{- define "ccd.env.kafka" -}}
{{- $security := .Values.globalKafkaSecurityConfig -}}
- name: EVENTLOG_ENGINE
  value: kafka
- name: STRM_BOOTSTRAP_SERVERS
  value: {{ .Values.kafka.bootstrapServers | quote }}
{{- with .Values.kafka.defaultReplicationFactor }}
- name: STRM_KAFKA_TOPIC_REPLICATION_FACTOR
  value: {{ . | quote }}
{{- end }}
{{- with .Values.kafka.minInsyncReplicas }}
- name: STRM_KAFKA_TOPIC_MIN_INSYNC_REPLICAS
  value: {{ . | quote }}
{{- end }}
{{- if $security.enabled }}
- name: STRM_KAFKASEC_PROTOCOL
  value: {{ $security.securityProtocol }}
{{- with $security.sslTruststoreSecretName }}
- name: STRM_KAFKASEC_TRUSTSTORE
  value: /var/truststore/client.truststore.jks
- name: STRM_KAFKASEC_TRUSTSTORE_PW
  valueFrom: { secretKeyRef: { name: {{ . }}, key: truststore.password } }
{{- end }}
{{- if include "ccd.kafkaLogsIn" . }}
- name: STRM_KAFKASEC_SASL_JAAS_CONFIG
  valueFrom: { secretKeyRef: { name: {{ include "ccd.kafkaSecuritySecret" . }}, key: sasl.jaas.config } }
{{- with .Values.kafka.saslMechanism }}
- name: STRM_KAFKASEC_SASL_MECHANISM
  value: {{ . }}
{{- end }}
{{- with .Values.kafka.tokenEndpoint }}
- name: STRM_KAFKASEC_TOKEN_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Settings of everything that unwraps session keys. */}}
{{- define "ccd.env.keys" -}}
{{- $secret := include "ccd.sessionKeysSecret" . -}}
- name: KEY_LOOKUP_SECRET
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: lookup.secret } }
- name: KEY_ENCRYPTION_KEYS
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: encryption.keys } }
{{- end }}

{{/* Settings of everything that looks session keys up. */}}
{{- define "ccd.env.redis" -}}
{{- $redis := include "ccd.redis" . | fromYaml -}}
- name: KEYSTORE_ENGINE
  value: redis
- name: STRM_REDIS_MODE
  value: {{ .Values.redis.mode }}
- name: STRM_REDIS_HOST
  value: {{ $redis.host | quote }}
{{- with .Values.redis.primary }}
- name: STRM_REDIS_PRIMARY
  value: {{ . | quote }}
{{- end }}
{{- with $redis.user }}
- name: STRM_REDIS_USER
  value: {{ . | quote }}
{{- end }}
{{- if $redis.secret }}
- name: STRM_REDIS_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ $redis.secret }}, key: {{ $redis.key }} } }
{{- end }}
{{- if .Values.redis.tls.enabled }}
- name: STRM_REDIS_TLS
  value: 'true'
{{- if .Values.redis.tls.ca.configMap }}
- name: STRM_REDIS_CA
  value: /etc/ccd/redis-ca/ca.crt
{{- end }}
{{- with .Values.redis.tls.serverName }}
- name: STRM_REDIS_SERVERNAME
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* Settings of everything that connects to where connectors lead. */}}
{{- define "ccd.env.storage" -}}
{{- with .Values.storage.allowedNetworks }}
- name: STORAGE_ALLOWED_NETWORKS
  value: {{ join "," . | quote }}
{{- end }}
{{- if .Values.storage.ca.configMap }}
- name: STORAGE_CA
  value: /etc/ccd/storage-ca/ca.crt
{{- end }}
{{- end }}

{{/* The setting of everything that works within guardrails. */}}
{{- define "ccd.env.guardrails" -}}
{{- if .Values.guardrails }}
- name: GUARDRAILS_FILE
  value: /etc/ccd/guardrails/guardrails.json
{{- end }}
{{- end }}

{{/* Where agents answer probes, and where they run workloads. (dict "root" $ "values" component "template" bool) */}}
{{- define "ccd.env.agent" -}}
- name: INSTANCE_ID
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- name: ADMIN_HOST
  value: 0.0.0.0
- name: ADMIN_PORT
  value: '8081'
- name: POLL_INTERVAL_MS
  value: {{ .values.pollIntervalMs | int | quote }}
- name: CLUSTER_ENGINE
  value: kubernetes
- name: KUBERNETES_NAMESPACE
  valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
{{- if .template }}
- name: WORKLOAD_TEMPLATE_FILE
  value: /etc/ccd/pod-template/template.yaml
{{- end }}
{{- if .values.reportWorkerLogs }}
- name: REPORT_WORKER_LOGS
  value: 'true'
{{- end }}
{{- end }}

{{/* Settings joined, those of the component last and instead of others of their names. (dict "parts" list-of-texts "extra" list) */}}
{{- define "ccd.joinEnv" -}}
{{- $named := list -}}
{{- range .extra }}{{ $named = append $named .name }}{{ end -}}
{{- $all := list -}}
{{- range .parts -}}
{{- range (. | fromYamlArray) -}}
{{- if not (has .name $named) }}{{ $all = append $all . }}{{ end -}}
{{- end -}}
{{- end -}}
{{ concat $all .extra | toYaml }}
{{- end }}
