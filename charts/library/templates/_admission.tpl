{{/*
What an agent may write, judged by the API server: who may create a Deployment may otherwise run any image and mount any
Secret of the namespace, and RBAC bounds no name of what is created. Takes what "ccd.agent" takes, and "env", the text of the
agent's own settings.
*/}}
{{- define "ccd.admission" -}}
{{- $root := .root -}}
{{- $agent := .agent -}}
{{- $namespace := $root.Release.Namespace -}}
{{- $policy := printf "%s-%s" $namespace $agent -}}
{{- $labels := include "ccd.labels" (dict "root" $root "app" $agent) -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: {{ $policy }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      - apiGroups: ['', apps, batch, coordination.k8s.io]
        apiVersions: ['*']
        resources: [configmaps, secrets, pods, deployments, statefulsets, daemonsets, replicasets, jobs, cronjobs, leases]
        operations: [CREATE, UPDATE, DELETE]
  matchConditions:
    - name: the-agent
      expression: request.userInfo.username == 'system:serviceaccount:{{ $namespace }}:{{ $agent }}'
  variables:
    - name: name
      expression: "request.operation == 'DELETE' ? oldObject.metadata.name : object.metadata.name"
    - name: isKept
      expression: "request.operation != 'DELETE'"
    {{- if .secrets }}
    - name: isNew
      expression: "request.operation == 'CREATE'"
    {{- end }}
    {{- with .worker }}
    # What a request leaves as it is was judged when it was written, perhaps by the policy of an earlier release.
    - name: isWorker
      expression: >-
        request.resource.resource == 'deployments' && variables.isKept
        && (request.operation == 'CREATE' || object.spec != oldObject.spec)
    - name: pod
      expression: object.spec.template.spec
    - name: container
      expression: variables.pod.containers[0]
    - name: settings
      expression: >-
        variables.container.env.map(e, e.name + (
        !has(e.valueFrom) ? '=' + (has(e.value) ? e.value : '') :
        has(e.valueFrom.secretKeyRef) ? '<secret:' + e.valueFrom.secretKeyRef.name + '/' + e.valueFrom.secretKeyRef.key :
        has(e.valueFrom.configMapKeyRef) ? '<configMap:' + e.valueFrom.configMapKeyRef.name + '/' + e.valueFrom.configMapKeyRef.key :
        has(e.valueFrom.fieldRef) ? '<field:' + e.valueFrom.fieldRef.fieldPath : '<unknown'))
    - name: volumes
      expression: >-
        !has(variables.pod.volumes) ? [] : variables.pod.volumes.map(v, v.name + (
        has(v.configMap) ? '<configMap:' + v.configMap.name
        + (has(v.configMap.items) ? '/' + v.configMap.items.map(i, i.key + '=' + i.path).join(',') : '') :
        has(v.secret) ? '<secret:' + v.secret.secretName
        + (has(v.secret.items) ? '/' + v.secret.items.map(i, i.key + '=' + i.path).join(',') : '') :
        has(v.persistentVolumeClaim) ? '<claim:' + v.persistentVolumeClaim.claimName :
        has(v.csi) ? '<csi:' + v.csi.driver : has(v.emptyDir) ? '<emptyDir' : '<unknown'))
    - name: mounts
      expression: >-
        !has(variables.container.volumeMounts) ? [] : variables.container.volumeMounts.map(m, m.name + '@' + m.mountPath
        + (has(m.subPath) && m.subPath != '' ? '/' + m.subPath : '')
        + (has(m.subPathExpr) && m.subPathExpr != '' ? '/' + m.subPathExpr : ''))
    - name: labels
      expression: object.spec.template.metadata.labels
    - name: annotations
      expression: >-
        has(object.spec.template.metadata.annotations) ? object.spec.template.metadata.annotations : {}
    # What a person has added stays, as after kubectl rollout restart.
    - name: before
      expression: >-
        request.operation == 'CREATE' ? [] : (
        (has(oldObject.spec.template.metadata.labels) ? oldObject.spec.template.metadata.labels.map(k,
        'label ' + k + '=' + oldObject.spec.template.metadata.labels[k]) : [])
        + (has(oldObject.spec.template.metadata.annotations) ? oldObject.spec.template.metadata.annotations.map(k,
        'annotation ' + k + '=' + oldObject.spec.template.metadata.annotations[k]) : []))
    {{- include "ccd.admission.podVariables" $ | nindent 4 }}
    {{- end }}
  validations:
    - message: {{ $agent }} may write no objects of this kind
      expression: request.resource.resource in {{ include "ccd.admission.kinds" . }}
    - message: {{ $agent }} may write its own Lease alone
      expression: "request.resource.resource != 'leases' || variables.name == '{{ $agent }}'"
    - message: {{ $agent }} may write its own ConfigMaps alone
      expression: >-
        request.resource.resource != 'configmaps' || variables.name.startsWith('ccd-{{ $agent }}-')
        {{- with .worker }} || variables.name.startsWith('{{ .app }}-'){{ end }}
        {{- if .secrets }} || (variables.name.startsWith('data-connector-')
        && (variables.isNew || {{ include "ccd.admission.hasLabel" (list "oldObject" "ccd/marks" "secret") }})
        && (!variables.isKept || {{ include "ccd.admission.hasLabel" (list "object" "ccd/marks" "secret") }})){{ end }}
    {{- if .secrets }}
    - message: {{ $agent }} may write the Secrets of data connectors alone
      expression: >-
        request.resource.resource != 'secrets' || (variables.name.startsWith('data-connector-')
        && (variables.isNew || oldObject.type == 'ccd/secret')
        && (!variables.isKept || (object.type == 'ccd/secret'
        && {{ include "ccd.admission.hasLabel" (list "object" "app.kubernetes.io/managed-by" "ccd") }})))
    # Any other removal is answered with what is removed, also where it is only rehearsed.
    - message: {{ $agent }} may not read the Secrets that it removes
      expression: >-
        request.resource.resource != 'secrets' || variables.isKept
        || (has(request.options.propagationPolicy) && request.options.propagationPolicy == 'Background')
    {{- end }}
    {{- if .worker }}
    {{- include "ccd.admission.worker" . | nindent 4 }}
    {{- include "ccd.admission.podValidations" . | nindent 4 }}
    {{- end }}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ $policy }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  policyName: {{ $policy }}
  validationActions: [Deny]
  matchResources:
    namespaceSelector:
      matchLabels: { kubernetes.io/metadata.name: {{ $namespace }} }
{{- end }}

{{- define "ccd.admission.kinds" -}}
{{- $kinds := list "configmaps" "leases" -}}
{{- if .worker }}{{ $kinds = append $kinds "deployments" }}{{ end -}}
{{- if .secrets }}{{ $kinds = append $kinds "secrets" }}{{ end -}}
{{ $kinds | toRawJson }}
{{- end }}

{{/* Whether an object has a label of this value. (list variable label value) */}}
{{- define "ccd.admission.hasLabel" -}}
{{- $object := index . 0 -}}
{{- $label := index . 1 -}}
(has({{ $object }}.metadata.labels) && '{{ $label }}' in {{ $object }}.metadata.labels
{{- " " }}&& {{ $object }}.metadata.labels['{{ $label }}'] == '{{ index . 2 }}')
{{- end }}
