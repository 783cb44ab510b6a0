{{/*
What of a worker's pod is the template's alone: where it runs, what it takes there, how it finds names, and whatever another
version of Kubernetes may put into a pod. Named are the fields that may be there, not those that may not, which holds because
Kubernetes never fills new fields of pod templates in: that would start every Deployment of the world anew. Amounts are
compared as amounts, since the API server writes 1000m as 1.
*/}}

{{/* Variables of the policy. (dict "root" $ "worker" worker) */}}
{{- define "ccd.admission.podVariables" -}}
- name: wantedPod
  expression: >-
    {{ include "ccd.admission.wantedPod" . }}
# What a person has put there stays, if the agent does not own the field.
- name: earlierPod
  expression: "request.operation == 'CREATE' ? dyn({}) : dyn(oldObject.spec.template.spec)"
# Fields of the pod that are not as its template has them; those of the list are judged one by one.
- name: strays
  expression: >-
    dyn(variables.pod).filter(f, !(f in ['containers', 'volumes', 'serviceAccountName', 'serviceAccount',
    'automountServiceAccountToken', 'imagePullSecrets', 'shareProcessNamespace'])
    && !(f in variables.wantedPod && variables.wantedPod[f] == dyn(variables.pod)[f])
    && !(f in variables.earlierPod && variables.earlierPod[f] == dyn(variables.pod)[f]))
    + variables.wantedPod.filter(f, !(f in dyn(variables.pod)))
- name: requests
  expression: >-
    has(variables.container.resources) && has(variables.container.resources.requests)
    ? dyn(variables.container.resources.requests) : dyn({})
- name: limits
  expression: >-
    has(variables.container.resources) && has(variables.container.resources.limits)
    ? dyn(variables.container.resources.limits) : dyn({})
{{- end }}

{{/* The same. */}}
{{- define "ccd.admission.podValidations" -}}
{{- $resources := .worker.values.resources -}}
- message: a worker is one pod, and the old one has ended before the new one starts
  expression: >-
    !variables.isWorker || (object.spec.strategy.type == 'Recreate'
    && dyn(object.spec).all(f, f in ['replicas', 'selector', 'template', 'strategy', 'revisionHistoryLimit', 'progressDeadlineSeconds']
    || (request.operation != 'CREATE' && f in dyn(oldObject.spec) && dyn(oldObject.spec)[f] == dyn(object.spec)[f])))
- message: a worker takes the CPU and the memory that its template says
  expression: >-
    !variables.isWorker || (request.operation != 'CREATE'
    && dyn(variables.earlierPod.containers[0]).resources == dyn(variables.container).resources)
    || (!has(variables.container.resources.claims)
    && {{ include "ccd.admission.amounts" (list "variables.requests" $resources.requests) }}
    && {{ include "ccd.admission.amounts" (list "variables.limits" $resources.limits) }})
- message: a worker keeps files of its own on its node as its template says, and no more of them
  expression: >-
    !variables.isWorker || !has(variables.pod.volumes) || variables.pod.volumes.all(v, !has(v.emptyDir) ||
    {{- include "ccd.admission.space" .worker.values | nindent 4 }})
- message: a worker runs where and as its template says
  messageExpression: "'a worker runs where and as its template says; not so: ' + variables.strays.join(', ')"
  expression: "!variables.isWorker || size(variables.strays) == 0"
{{- end }}

{{/* The fields of a worker's pod beside those that are judged one by one, with what the API server fills in. */}}
{{- define "ccd.admission.wantedPod" -}}
{{- $values := .worker.values -}}
{{- $pod := dict
  "restartPolicy" "Always"
  "dnsPolicy" "ClusterFirst"
  "schedulerName" "default-scheduler"
  "enableServiceLinks" false
  "terminationGracePeriodSeconds" ($values.terminationGraceSeconds | int)
  "securityContext" (include "ccd.podSecurity" .root | fromYaml) -}}
{{- range $field := list "nodeSelector" "priorityClassName" -}}
{{- with get $values $field }}{{ $_ := set $pod $field . }}{{ end -}}
{{- end -}}
{{- with $values.affinity }}{{ $_ := set $pod "affinity" (include "ccd.affinity" . | fromYaml) }}{{ end -}}
{{- $tolerations := list -}}
{{- range $values.tolerations -}}
{{- $toleration := dict -}}
{{- range $field, $value := . -}}
{{- /* The API server leaves empty texts out. */ -}}
{{- if ne (toString $value) "" }}{{ $_ := set $toleration $field $value }}{{ end -}}
{{- end -}}
{{- $tolerations = append $tolerations $toleration -}}
{{- end -}}
{{- with $tolerations }}{{ $_ := set $pod "tolerations" . }}{{ end -}}
{{ include "ccd.cel" $pod }}
{{- end }}

{{/* Whether amounts are those of a map. (list variable map) */}}
{{- define "ccd.admission.amounts" -}}
{{- $given := index . 0 -}}
{{- $wanted := dict -}}
{{- range $name, $amount := index . 1 -}}
{{- $_ := set $wanted $name (ternary $amount ($amount | toRawJson) (kindIs "string" $amount)) -}}
{{- end -}}
{{- $wanted = include "ccd.cel" $wanted -}}
({{ $given }}.all(k, k in {{ $wanted }} && quantity({{ $given }}[k]).compareTo(quantity({{ $wanted }}[k])) == 0)
{{- " " }}&& {{ $wanted }}.all(k, k in {{ $given }}))
{{- end }}

{{/* Whether the emptyDir v is the one of its name among the values of a worker, or else as large as the agent makes them. */}}
{{- define "ccd.admission.space" -}}
{{- $own := list -}}
{{- range .extraVolumes -}}
{{- if hasKey . "emptyDir" -}}
{{- $own = append $own .name -}}
{{- $space := default dict .emptyDir -}}
(v.name == {{ toRawJson .name }}
{{- " " }}&& (has(v.emptyDir.medium) ? v.emptyDir.medium : '') == {{ default "" $space.medium | toRawJson }}
{{- if $space.sizeLimit }}
{{- " " }}&& has(v.emptyDir.sizeLimit) && quantity(v.emptyDir.sizeLimit).compareTo(quantity({{ toRawJson (toString $space.sizeLimit) }})) == 0
{{- else }}
{{- " " }}&& !has(v.emptyDir.sizeLimit)
{{- end -}}
) ||{{ " " }}
{{- end -}}
{{- end -}}
(!(v.name in {{ toRawJson $own }}) && (!has(v.emptyDir.medium) || v.emptyDir.medium == '') && has(v.emptyDir.sizeLimit)
{{- " " }}&& quantity(v.emptyDir.sizeLimit).compareTo(quantity({{ toRawJson .temporarySpace }})) == 0)
{{- end }}

{{/*
A value in CEL, in the form in which the API server has stored it: without nulls and without empty lists. Each part is `dyn`,
because the lists and maps of Kubernetes' CEL are otherwise of one type.
*/}}
{{- define "ccd.cel" -}}
{{- $parts := list -}}
{{- if kindIs "map" . -}}
{{- range $key, $value := . -}}
{{- $isLeftOut := or (kindIs "invalid" $value) (and (kindIs "slice" $value) (empty $value)) (and (eq $key "matchLabels") (empty $value)) -}}
{{- if not $isLeftOut }}{{ $parts = append $parts (printf "%s: %s" (toRawJson $key) (include "ccd.cel" $value)) }}{{ end -}}
{{- end -}}
dyn({{ "{" }}{{ join ", " $parts }}{{ "}" }})
{{- else if kindIs "slice" . -}}
{{- range . }}{{ $parts = append $parts (include "ccd.cel" .) }}{{ end -}}
dyn([{{ join ", " $parts }}])
{{- else -}}
dyn({{ toRawJson . }})
{{- end -}}
{{- end }}
