{{- define "exporters-agent.needs" -}}
[kafka, keys]
{{- end }}

{{- define "exporters-agent.objects" -}}
{{- $agent := .Values.components.batchExportersAgent -}}
{{- $guardrails := include "ccd.env.guardrails" . -}}
{{- $workerEnv := include "ccd.joinEnv" (dict "extra" (list) "parts" (list
  (include "ccd.env.controlPlane" .) (include "ccd.env.kafka" .) (include "ccd.env.keys" .) (include "ccd.env.storage" .) $guardrails)) -}}
{{ include "ccd.agent" (dict
  "root" . "agent" "exporters-agent" "values" $agent "env" $guardrails
  "files" (include "ccd.files" (dict "root" . "what" (list "api-ca" "guardrails")) | fromYamlArray)
  "worker" (dict
    "app" "batch-exporter" "values" $agent.batchExporter "env" $workerEnv "connectors" true
    "files" (include "ccd.files" (dict "root" . "what" (list "api-ca" "truststore" "storage-ca" "guardrails")) | fromYamlArray))) }}
{{- end }}
