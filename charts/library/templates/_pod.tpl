{{/* The restricted profile, of a pod. */}}
{{- define "ccd.podSecurity" -}}
runAsNonRoot: true
seccompProfile: { type: RuntimeDefault }
{{- range $name, $value := .Values.pod.security }}
{{- if not (kindIs "invalid" $value) }}
{{ $name }}: {{ $value | int }}
{{- end }}
{{- end }}
{{- end }}

{{/* The same, of a container. */}}
{{- define "ccd.containerSecurity" -}}
runAsNonRoot: true
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* (dict "port" name) */}}
{{- define "ccd.probes" -}}
livenessProbe:
  httpGet: { path: /is-alive, port: {{ .port }} }
  initialDelaySeconds: 2
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /ready, port: {{ .port }} }
  initialDelaySeconds: 2
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 1
{{- end }}

{{/*
A Deployment of one app. (dict "root" $ "app" name "values" component "env" text "files" list
"serviceAccount" name "token" bool "port" number "adminPort" number-or-nothing "grace" seconds "podSpec" text "strategy" text)
*/}}
{{- define "ccd.deployment" -}}
{{- $root := .root -}}
{{- $values := .values -}}
{{- $names := dict "root" $root "app" .app -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .app }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "ccd.labels" $names | nindent 4 }}
spec:
  replicas: {{ $values.replicas | int }}
  revisionHistoryLimit: 3
  strategy:
    {{- .strategy | nindent 4 }}
  selector:
    matchLabels:
      {{- include "ccd.selector" $names | nindent 6 }}
  template:
    metadata:
      labels:
        {{- with mergeOverwrite (deepCopy $root.Values.pod.labels) $values.labels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- include "ccd.selector" $names | nindent 8 }}
        app.kubernetes.io/part-of: strm
      annotations:
        # What is read at the start alone.
        checksum/config: {{ .checksum | quote }}
        {{- with include "ccd.secretsRead" (dict "root" $root "env" .env) }}
        ccd/secrets: {{ . | quote }}
        {{- end }}
        {{- with mergeOverwrite (deepCopy $root.Values.pod.annotations) $values.annotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ .serviceAccount }}
      automountServiceAccountToken: {{ .token }}
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ .grace }}
      securityContext:
        {{- include "ccd.podSecurity" $root | nindent 8 }}
      {{- with include "ccd.pullSecrets" $root | fromYamlArray }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      {{- range $field := list "nodeSelector" "tolerations" "affinity" "priorityClassName" }}
      {{- with get $values $field }}
      {{ $field }}: {{ toYaml . | nindent 8 }}
      {{- end }}
      {{- end }}
      {{- with .podSpec }}
      {{- . | nindent 6 }}
      {{- end }}
      containers:
        - name: {{ .app }}
          image: {{ include "ccd.image" (dict "root" $root "image" $values.image) | quote }}
          imagePullPolicy: {{ $root.Values.registry.pullPolicy }}
          env:
            {{- .env | nindent 12 }}
          ports:
            - { name: {{ .portName }}, containerPort: {{ .port }} }
            {{- with .adminPort }}
            - { name: admin, containerPort: {{ . }} }
            {{- end }}
          {{- if $root.Values.enableLivenessChecks }}
          {{- include "ccd.probes" (dict "port" .portName) | nindent 10 }}
          {{- end }}
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          terminationMessagePolicy: File
          securityContext:
            {{- include "ccd.containerSecurity" . | nindent 12 }}
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
            {{- range .files }}
            - {{ toYaml .mount | nindent 14 | trim }}
            {{- end }}
            {{- with $values.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      volumes:
        - name: tmp
          emptyDir: { sizeLimit: 256Mi }
        {{- range .files }}
        - {{ toYaml .volume | nindent 10 | trim }}
        {{- end }}
        {{- with $values.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- end }}
