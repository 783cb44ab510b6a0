{{/* What every installation has once. */}}
{{- define "ccd.shared" -}}
{{- $annotations := dict -}}
{{- with .Values.marketplace.aws.serviceAccountRoleArn }}{{ $annotations = dict "eks.amazonaws.com/role-arn" . }}{{ end -}}
{{ include "ccd.serviceAccount" (dict "root" . "name" .Values.serviceAccount "app" "strm" "annotations" $annotations) }}
{{- range $name, $secret := include "ccd.secrets" . | fromYaml }}
---
{{ include "ccd.secret" (merge (dict "root" $ "name" $name) $secret) }}
{{- end }}
{{- with .Values.guardrails }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: guardrails
  namespace: {{ $.Release.Namespace }}
  labels:
    {{- include "ccd.labels" (dict "root" $ "app" "strm") | nindent 4 }}
data:
  guardrails.json: {{ toJson . | quote }}
{{- end }}
{{- if .Values.networkPolicy.enabled }}
---
{{ include "ccd.denyAll" . }}
{{- end }}
{{- end }}

{{/* Fails with everything that is missing. (dict "root" $ "needs" list of kafka, redis, keys) */}}
{{- define "ccd.check" -}}
{{- $values := .root.Values -}}
{{- $license := $values.license -}}
{{- $security := $values.globalKafkaSecurityConfig -}}
{{- $missing := list -}}
{{- if and (not $values.registry.url) (not (hasPrefix "AWS_MARKETPLACE" $license.installationType)) -}}
{{- $missing = append $missing "registry.url is not set: the registry that has the images" -}}
{{- end -}}
{{- if not $license.existingSecret -}}
{{- range list "installationId" "installationClientId" "installationClientSecret" -}}
{{- if not (get $license .) }}{{ $missing = append $missing (printf "license.%s is not set: the console shows it (or name a Secret that has it, license.existingSecret)" .) }}{{ end -}}
{{- end -}}
{{- if and $license.installationId (not (regexMatch "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$" $license.installationId)) -}}
{{- $missing = append $missing "license.installationId is not the id of an installation: it is a UUID" -}}
{{- end -}}
{{- end -}}
{{- if not $values.api.host }}{{ $missing = append $missing "api.host is not set: the host of the control plane" }}{{ end -}}
{{- if not $values.api.authHost }}{{ $missing = append $missing "api.authHost is not set: the host of its identity provider" }}{{ end -}}
{{- if and (has "kafka" .needs) (not $values.kafka.bootstrapServers) -}}
{{- $missing = append $missing "kafka.bootstrapServers is not set: the brokers, host:port between commas" -}}
{{- end -}}
{{- if and (include "ccd.kafkaLogsIn" .root) (not $security.saslJaasConfig) (not $security.existingSecret) -}}
{{- $missing = append $missing (printf "globalKafkaSecurityConfig.saslJaasConfig is not set, and the protocol is %s: the JAAS line of the login (or name a Secret that has it, globalKafkaSecurityConfig.existingSecret)" $security.securityProtocol) -}}
{{- end -}}
{{- if and (has "redis" .needs) (not (include "ccd.redis" .root | fromYaml).host) -}}
{{- $missing = append $missing "redis.host is not set: the address of Redis" -}}
{{- end -}}
{{- if and (eq $values.redis.mode "sentinel") (not $values.redis.primary) -}}
{{- $missing = append $missing "redis.primary is not set, and redis.mode is sentinel: the name of the primary" -}}
{{- end -}}
{{- $keys := $values.sessionKeys -}}
{{- if has "keys" .needs -}}
{{- if not (or $keys.existingSecret (and $keys.lookupSecret $keys.encryptionKeys)) -}}
{{- $missing = append $missing "sessionKeys.existingSecret is not set: the Secret that session keys are wrapped by; the README of this chart has the command that makes one" -}}
{{- end -}}
{{- end -}}
{{- if and $keys.existingSecret (or $keys.lookupSecret $keys.encryptionKeys) -}}
{{- $missing = append $missing "sessionKeys are given twice, as a Secret and as texts: give one of the two" -}}
{{- end -}}
{{- if and $values.proxy.existingSecret (not $values.proxy.https) $values.networkPolicy.enabled (not $values.networkPolicy.egress.controlPlanePorts) -}}
{{- $missing = append $missing "networkPolicy.egress.controlPlanePorts is not set: the port of the proxy, whose address the chart does not know, since it stands in proxy.existingSecret" -}}
{{- end -}}
{{- if $missing -}}
{{- printf "\n\nThese values are needed:\n  - %s\n" (join "\n  - " $missing) | fail -}}
{{- end -}}
{{- end }}
