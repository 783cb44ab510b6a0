{{/* The Secrets that this chart makes, by name: "data", texts by key; "type"; "keep", whether they outlive the release. */}}
{{- define "ccd.secrets" -}}
{{- $secrets := dict -}}
{{- with .Values.license -}}
{{- if not .existingSecret -}}
{{- $_ := set $secrets "installation-credentials" (dict "data" (dict
  "installationId" .installationId "clientId" .installationClientId "clientSecret" .installationClientSecret)) -}}
{{- end -}}
{{- end -}}
{{- if .Values.registry.imagePullSecret -}}
{{- $host := splitList "/" .Values.registry.url | first -}}
{{- $auth := printf "_json_key_base64:%s" .Values.registry.imagePullSecret | b64enc -}}
{{- $_ := set $secrets "strmprivacy-docker-registry" (dict "type" "kubernetes.io/dockerconfigjson" "data" (dict
  ".dockerconfigjson" (dict "auths" (dict $host (dict "auth" $auth)) | toJson))) -}}
{{- end -}}
{{- if and (include "ccd.kafkaLogsIn" .) (not .Values.globalKafkaSecurityConfig.existingSecret) -}}
{{- $_ := set $secrets "kafka-security-config" (dict "data" (dict "sasl.jaas.config" .Values.globalKafkaSecurityConfig.saslJaasConfig)) -}}
{{- end -}}
{{- with (include "ccd.redis" . | fromYaml).password -}}
{{- $_ := set $secrets "redis-password" (dict "data" (dict "redis-password" .)) -}}
{{- end -}}
{{- with .Values.sessionKeys -}}
{{- if .lookupSecret -}}
{{- /* Whoever loses it loses all data. */ -}}
{{- $_ := set $secrets "session-keys" (dict "keep" true "data" (dict "lookup.secret" .lookupSecret "encryption.keys" .encryptionKeys)) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.proxy.https (not .Values.proxy.existingSecret) -}}
{{- $_ := set $secrets "installation-proxy" (dict "data" (dict "https_proxy" .Values.proxy.https)) -}}
{{- end -}}
{{ $secrets | toYaml }}
{{- end }}

{{/* (dict "root" $ "name" name "data" texts "type" type "keep" bool) */}}
{{- define "ccd.secret" -}}
apiVersion: v1
kind: Secret
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "ccd.labels" (dict "root" .root "app" "strm") | nindent 4 }}
  annotations:
    ccd/written: {{ include "ccd.secretWritten" . | quote }}
    {{- if .keep }}
    helm.sh/resource-policy: keep
    {{- end }}
type: {{ default "Opaque" .type }}
data:
  {{- include "ccd.secretData" . | nindent 2 }}
{{- end }}

{{- define "ccd.secretData" -}}
{{- $data := dict -}}
{{- range $key, $text := .data }}{{ $_ := set $data $key (b64enc $text) }}{{ end -}}
{{ $data | toYaml }}
{{- end }}

{{/*
When what a Secret holds was last changed: the revision of the release that did so, and the version of the Secret that it found.
It is kept on the Secret and on the pods that have read it, which start anew when it changes. A checksum would do the same and
tell more: whoever may read Deployments, as agents may, could try passwords until one of them has it. A key for
the checksum would have to be random, and new each time where charts are rendered away from the cluster. Rendered there, this is
always the same, and pods are restarted by hand. The version of what was found tells releases of the same name apart.
*/}}
{{- define "ccd.secretWritten" -}}
{{- $found := lookup "v1" "Secret" .root.Release.Namespace .name -}}
{{- $written := printf "%d.%s" (int .root.Release.Revision) (dig "metadata" "resourceVersion" "0" $found) -}}
{{- $same := eq (include "ccd.secretData" . | fromYaml | toJson) (dig "data" (dict) $found | toJson) -}}
{{ ternary (dig "metadata" "annotations" "ccd/written" $written $found) $written $same }}
{{- end }}

{{/* The same of those Secrets of this chart that settings are read from, which a pod does once. (dict "root" $ "env" text) */}}
{{- define "ccd.secretsRead" -}}
{{- $root := .root -}}
{{- $secrets := include "ccd.secrets" $root | fromYaml -}}
{{- $read := list -}}
{{- range .env | fromYamlArray -}}
{{- $read = append $read (dig "valueFrom" "secretKeyRef" "name" "" .) -}}
{{- end -}}
{{- $written := list -}}
{{- range $name := $read | uniq | sortAlpha -}}
{{- with get $secrets $name -}}
{{- $written = append $written (printf "%s=%s" $name (include "ccd.secretWritten" (dict "root" $root "name" $name "data" .data))) -}}
{{- end -}}
{{- end -}}
{{ join "," $written }}
{{- end }}
