{{/* Labels of everything. (dict "root" $ "app" name) */}}
{{- define "ccd.labels" -}}
{{ include "ccd.selector" . }}
app.kubernetes.io/part-of: strm
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* What pods are selected by, in the words of the public chart. */}}
{{- define "ccd.selector" -}}
strmprivacy.io/app: {{ .app }}
{{- end }}

{{/* The reference of an image, in the form that its registry has. (dict "root" $ "image" values) */}}
{{- define "ccd.image" -}}
{{- $values := .root.Values -}}
{{- $registry := $values.registry -}}
{{- $name := .image.name -}}
{{- $version := ternary (printf "@%s" .image.digest) (printf ":%s" (default .root.Chart.AppVersion .image.version)) (ne .image.digest "") -}}
{{- if hasPrefix "AWS_MARKETPLACE" $values.license.installationType -}}
{{- $metered := ternary "-payg" "" (eq $values.license.installationType "AWS_MARKETPLACE_PAYG") -}}
{{ $registry.awsMarketplaceUrl }}/{{ base $name }}{{ $metered }}{{ $version }}
{{- else if eq $registry.url "europe-west4-docker.pkg.dev" -}}
{{ $registry.url }}/{{ $registry.base.prefix }}/{{ $registry.base.path }}/{{ $name }}{{ $version }}
{{- else -}}
{{ $registry.url }}/{{ $name | replace "/" "_" }}{{ $version }}
{{- end -}}
{{- end }}

{{/* Secrets that may pull, a list. */}}
{{- define "ccd.pullSecrets" -}}
{{- $own := ternary (list "strmprivacy-docker-registry") (list) (ne .Values.registry.imagePullSecret "") -}}
{{ concat $own .Values.registry.existingPullSecrets | toYaml }}
{{- end }}

{{- define "ccd.credentialsSecret" -}}
{{ default "installation-credentials" .Values.license.existingSecret }}
{{- end }}
{{- define "ccd.sessionKeysSecret" -}}
{{ default "session-keys" .Values.sessionKeys.existingSecret }}
{{- end }}
{{- define "ccd.proxySecret" -}}
{{- if .Values.proxy.existingSecret }}{{ .Values.proxy.existingSecret }}{{ else if .Values.proxy.https }}installation-proxy{{ end -}}
{{- end }}
{{- define "ccd.kafkaSecuritySecret" -}}
{{ default "kafka-security-config" .Values.globalKafkaSecurityConfig.existingSecret }}
{{- end }}

{{/* Whether brokers ask for a login: "true" or nothing. */}}
{{- define "ccd.kafkaLogsIn" -}}
{{- $security := .Values.globalKafkaSecurityConfig -}}
{{- if and $security.enabled (hasPrefix "SASL" $security.securityProtocol) }}true{{ end -}}
{{- end }}

{{/* Redis by the names of this chart, or by those of the public one: host, user, password, secret, key. */}}
{{- define "ccd.redis" -}}
{{- $redis := .Values.redis -}}
{{- $gateway := dig "eventGateway" "configuration" (dict) .Values.components -}}
{{- $secret := dig "streamsAgent" "configuration" "redisSecret" (dict) .Values.components -}}
{{- $password := coalesce $redis.password $gateway.redisPassword | default "" -}}
{{- $name := coalesce $redis.passwordSecret.name $secret.name | default "" -}}
{{- $key := ternary $redis.passwordSecret.key (default $redis.passwordSecret.key $secret.key) (ne $redis.passwordSecret.name "") -}}
{{- dict
  "host" (coalesce $redis.host $gateway.redisHost (dig "decrypterConfig" "redisHost" "" .Values.components) | default "")
  "user" (coalesce $redis.user $gateway.redisUser | default "")
  "password" (ternary "" $password (ne $name ""))
  "secret" (ternary $name (ternary "redis-password" "" (ne $password "")) (ne $name ""))
  "key" (ternary $key "redis-password" (ne $name "")) | toYaml }}
{{- end }}
