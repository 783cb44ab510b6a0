{{- define "streams-agent.needs" -}}
[kafka, redis, keys]
{{- end }}

{{- define "streams-agent.objects" -}}
{{- $agent := .Values.components.streamsAgent -}}
{{- $common := list "api-ca" "truststore" "guardrails" "dead-letters" -}}
{{- $deadLetters := "- { name: DEAD_LETTERS_FILE, value: /etc/ccd/dead-letters/dead-letters.json }" -}}
{{- $kafka := include "ccd.env.kafka" . -}}
{{- $guardrails := include "ccd.env.guardrails" . -}}
{{- $workerEnv := include "ccd.joinEnv" (dict "extra" (list) "parts" (list
  (include "ccd.env.controlPlane" .) $kafka (include "ccd.env.redis" .) (include "ccd.env.keys" .) $guardrails $deadLetters)) -}}
{{- $env := include "ccd.joinEnv" (dict "extra" (list) "parts" (list
  (include "streams-agent.env" .) $kafka $guardrails $deadLetters)) -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: dead-letters
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "ccd.labels" (dict "root" . "app" "streams-agent") | nindent 4 }}
data:
  dead-letters.json: {{ $agent.deadLetters | toJson | quote }}
---
{{ include "ccd.agent" (dict
  "root" . "agent" "streams-agent" "values" $agent "env" $env "kafka" true
  "files" (include "ccd.files" (dict "root" . "what" $common) | fromYamlArray)
  "worker" (dict
    "app" "decrypter" "values" $agent.decrypter "env" $workerEnv "connectors" false
    "files" (include "ccd.files" (dict "root" . "what" (append $common "redis-ca")) | fromYamlArray))) }}
{{- end }}

{{- define "streams-agent.env" -}}
{{- with .Values.kafka.numPartitions }}
- name: STRM_KAFKA_TOPIC_NUM_PARTITIONS
  value: {{ . | int | quote }}
{{- end }}
- name: TOPIC_GRACE_HOURS
  value: {{ .Values.components.streamsAgent.topicGraceHours | int | quote }}
{{- end }}
