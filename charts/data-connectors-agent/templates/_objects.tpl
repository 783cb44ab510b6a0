{{- define "data-connectors-agent.needs" -}}
[]
{{- end }}

{{- define "data-connectors-agent.objects" -}}
{{- $env := include "ccd.joinEnv" (dict "extra" (list) "parts" (list
  (include "ccd.env.storage" .) (include "ccd.env.guardrails" .))) -}}
{{ include "ccd.agent" (dict
  "root" . "agent" "data-connectors-agent" "values" .Values.components.dataConnectorAgent "env" $env "secrets" true
  "files" (include "ccd.files" (dict "root" . "what" (list "api-ca" "storage-ca" "guardrails")) | fromYamlArray)) }}
{{- end }}
