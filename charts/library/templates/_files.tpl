{{/* Files that settings name: (dict "root" $ "what" list-of-names) to a list of dicts "volume" and "mount". */}}
{{- define "ccd.files" -}}
{{- $values := .root.Values -}}
{{- $security := $values.globalKafkaSecurityConfig -}}
{{- $files := list -}}
{{- range .what -}}
{{- if and (eq . "api-ca") $values.api.ca.configMap -}}
{{- $files = append $files (include "ccd.authorities" (dict "name" . "ca" $values.api.ca) | fromYaml) -}}
{{- else if and (eq . "redis-ca") $values.redis.tls.enabled $values.redis.tls.ca.configMap -}}
{{- $files = append $files (include "ccd.authorities" (dict "name" . "ca" $values.redis.tls.ca) | fromYaml) -}}
{{- else if and (eq . "storage-ca") $values.storage.ca.configMap -}}
{{- $files = append $files (include "ccd.authorities" (dict "name" . "ca" $values.storage.ca) | fromYaml) -}}
{{- else if and (eq . "guardrails") $values.guardrails -}}
{{- $files = append $files (include "ccd.folder" (dict "name" . "configMap" "guardrails") | fromYaml) -}}
{{- else if eq . "dead-letters" -}}
{{- $files = append $files (include "ccd.folder" (dict "name" . "configMap" "dead-letters") | fromYaml) -}}
{{- else if and (eq . "truststore") $security.enabled $security.sslTruststoreSecretName -}}
{{- $files = append $files (dict
  "volume" (dict "name" . "secret" (dict "secretName" $security.sslTruststoreSecretName))
  "mount" (dict "name" . "mountPath" "/var/truststore" "readOnly" true)) -}}
{{- end -}}
{{- end -}}
{{ $files | toYaml }}
{{- end }}

{{- define "ccd.authorities" -}}
volume:
  name: {{ .name }}
  configMap: { name: {{ .ca.configMap }}, items: [{ key: {{ .ca.key }}, path: ca.crt }] }
mount: { name: {{ .name }}, mountPath: /etc/ccd/{{ .name }}, readOnly: true }
{{- end }}

{{/* A ConfigMap as a folder: changes of it arrive while the pod runs. */}}
{{- define "ccd.folder" -}}
volume: { name: {{ .name }}, configMap: { name: {{ .configMap }} } }
mount: { name: {{ .name }}, mountPath: /etc/ccd/{{ .name }}, readOnly: true }
{{- end }}
