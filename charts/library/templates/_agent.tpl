{{/*
Everything of one agent. (dict "root" $ "agent" name "values" component "env" text "files" list, and for one that runs
workloads: "worker" (dict "app" name "values" values "env" text "files" list "connectors" bool); "secrets" bool for one that
keeps Secrets)
*/}}
{{- define "ccd.agent" -}}
{{- $root := .root -}}
{{- $template := "" -}}
{{- $files := .files -}}
{{- if .worker -}}
{{- $template = include "ccd.template" (dict "root" $root "worker" .worker) -}}
{{- $folder := include "ccd.folder" (dict "name" "pod-template" "configMap" (printf "pod-template-%s" .agent)) | fromYaml -}}
{{- $files = append $files $folder -}}
{{- end -}}
{{- $own := include "ccd.env.agent" (dict "values" .values "template" .worker) -}}
{{- $env := include "ccd.joinEnv" (dict "parts" (list $own (include "ccd.env.controlPlane" $root) .env) "extra" .values.extraEnv) -}}
{{- include "ccd.serviceAccount" (dict "root" $root "name" .agent "app" .agent) }}
---
{{ include "ccd.role" . }}
---
{{- if .worker }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: pod-template-{{ .agent }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "ccd.labels" (dict "root" $root "app" .agent) | nindent 4 }}
data:
  # What pods of workers are made from. The agent may read it and not write it.
  template.yaml: |
    {{- $template | nindent 4 }}
---
{{- end }}
{{- if $root.Values.admissionPolicy.enabled }}
{{ include "ccd.admission" (merge (dict "agentEnv" ($env | fromYamlArray)) .) }}
---
{{- end }}
{{ include "ccd.deployment" (dict
  "root" $root "app" .agent "values" .values "env" $env "files" $files "serviceAccount" .agent "token" true
  "port" 8081 "portName" "admin" "grace" 60 "podSpec" "" "strategy" "type: RollingUpdate\nrollingUpdate: { maxUnavailable: 1, maxSurge: 0 }"
  "checksum" (sha256sum $template)) }}
{{- if gt (int .values.replicas) 1 }}
---
{{ include "ccd.budget" (dict "root" $root "app" .agent "minAvailable" 1) }}
{{- end }}
---
{{ include "ccd.network" (dict
  "root" $root "app" .agent "labels" (dict "strmprivacy.io/app" .agent)
  "kubernetes" true "controlPlane" true "kafka" .kafka "stores" .secrets "workers" (get (default dict .worker) "app")) }}
{{- with .worker }}
---
{{ include "ccd.network" (dict
  "root" $root "app" .app "labels" (dict "app.kubernetes.io/name" .app "app.kubernetes.io/part-of" "strm")
  "controlPlane" true "kafka" true "redis" (not .connectors) "stores" .connectors
  "ingress" (include "ccd.askedBy" $.agent)) }}
{{- end }}
{{- end }}

{{/* Lets an agent ask its workers how they are. */}}
{{- define "ccd.askedBy" -}}
- ports: [{ protocol: TCP, port: 8081 }]
  from:
    - podSelector:
        matchLabels: { strmprivacy.io/app: {{ . }} }
{{- end }}

{{/* (dict "root" $ "name" name "app" name "annotations" dict) */}}
{{- define "ccd.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "ccd.labels" . | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}

{{/* Of pods of workers, beside those that the agent gives them. (dict "root" $ "worker" worker) */}}
{{- define "ccd.podLabels" -}}
{{ merge (dict "app.kubernetes.io/part-of" "strm") .worker.values.labels .root.Values.pod.labels | toYaml }}
{{- end }}

{{- define "ccd.podAnnotations" -}}
{{- $own := dict -}}
{{- $env := include "ccd.joinEnv" (dict "parts" (list .worker.env) "extra" .worker.values.extraEnv) -}}
{{- with include "ccd.secretsRead" (dict "root" .root "env" $env) }}{{ $_ := set $own "ccd/secrets" . }}{{ end -}}
{{ merge $own .worker.values.annotations .root.Values.pod.annotations | toYaml }}
{{- end }}

{{/*
Without kinds of neighbours of which it says nothing: they get lost where an agent takes off what somebody has added to them, and
the policy would miss them then.
*/}}
{{- define "ccd.affinity" -}}
{{- $said := dict -}}
{{- range $kind, $terms := . }}{{ with $terms }}{{ $_ := set $said $kind . }}{{ end }}{{ end -}}
{{ $said | toYaml }}
{{- end }}

{{/* The document that the agent makes pods from; libs/cluster reads it. */}}
{{- define "ccd.template" -}}
{{- $root := .root -}}
{{- $worker := .worker -}}
{{- $values := $worker.values -}}
{{- $pod := dict
  "labels" (include "ccd.podLabels" . | fromYaml)
  "annotations" (include "ccd.podAnnotations" . | fromYaml)
  "imagePullPolicy" $root.Values.registry.pullPolicy
  "imagePullSecrets" (include "ccd.pullSecrets" $root | fromYamlArray)
  "resources" $values.resources
  "serviceAccountName" $root.Values.serviceAccount
  "terminationGraceSeconds" ($values.terminationGraceSeconds | int)
  "temporarySpace" $values.temporarySpace
  "extraEnv" (include "ccd.joinEnv" (dict "parts" (list $worker.env) "extra" $values.extraEnv) | fromYamlArray)
-}}
{{- range $field := list "nodeSelector" "tolerations" "priorityClassName" -}}
{{- with get $values $field }}{{ $_ := set $pod $field . }}{{ end -}}
{{- end -}}
{{- with $values.affinity }}{{ $_ := set $pod "affinity" (include "ccd.affinity" . | fromYaml) }}{{ end -}}
{{- $security := dict -}}
{{- range $name, $value := $root.Values.pod.security -}}
{{- if not (kindIs "invalid" $value) }}{{ $_ := set $security $name (int $value) }}{{ end -}}
{{- end -}}
{{- $_ := set $pod "security" $security -}}
{{- $volumes := list -}}
{{- $mounts := list -}}
{{- range $worker.files -}}
{{- $volumes = append $volumes .volume -}}
{{- $mounts = append $mounts .mount -}}
{{- end -}}
{{- with concat $volumes $values.extraVolumes }}{{ $_ := set $pod "extraVolumes" . }}{{ end -}}
{{- with concat $mounts $values.extraVolumeMounts }}{{ $_ := set $pod "extraVolumeMounts" . }}{{ end -}}
{{- $image := include "ccd.image" (dict "root" $root "image" $values.image) -}}
{{- dict "apps" (dict $worker.app (merge (dict "image" $image) $pod)) | toYaml }}
{{- end }}

{{/* What an agent may do, and no more. Names are bounded where RBAC can: not of what is created or listed. */}}
{{- define "ccd.role" -}}
{{- $labels := include "ccd.labels" (dict "root" .root "app" .agent) -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ .agent }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- $labels | nindent 4 }}
rules:
  # One agent at a time.
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    verbs: [create]
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    resourceNames: [{{ .agent }}]
    verbs: [get, update]
  # Its own documents, and the tasks of workers.
  - apiGroups: ['']
    resources: [configmaps]
    verbs: [get, list, watch, create, update, delete]
  {{- if .worker }}
  - apiGroups: [apps]
    resources: [deployments]
    verbs: [get, list, watch, create, patch, delete]
  # Why a worker does not run.
  - apiGroups: ['']
    resources: [pods]
    verbs: [list, watch]
  {{- if .values.reportWorkerLogs }}
  # What it wrote before.
  - apiGroups: ['']
    resources: [pods/log]
    verbs: [get]
  {{- end }}
  {{- end }}
  {{- if .secrets }}
  # Nothing that reads, and a patch would: it is answered with the object.
  - apiGroups: ['']
    resources: [secrets]
    verbs: [create, update, delete]
  {{- end }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ .agent }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- $labels | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ .agent }}
subjects:
  - kind: ServiceAccount
    name: {{ .agent }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}

{{/* (dict "root" $ "app" name "minAvailable" number-or-share) */}}
{{- define "ccd.budget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .app }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "ccd.labels" . | nindent 4 }}
spec:
  minAvailable: {{ .minAvailable }}
  selector:
    matchLabels:
      {{- include "ccd.selector" . | nindent 6 }}
{{- end }}
