{{/* A setting as the policy writes it down. */}}
{{- define "ccd.admission.setting" -}}
{{- if not .valueFrom -}}
{{ .name }}={{ .value }}
{{- else if .valueFrom.secretKeyRef -}}
{{ .name }}<secret:{{ .valueFrom.secretKeyRef.name }}/{{ .valueFrom.secretKeyRef.key }}
{{- else if .valueFrom.configMapKeyRef -}}
{{ .name }}<configMap:{{ .valueFrom.configMapKeyRef.name }}/{{ .valueFrom.configMapKeyRef.key }}
{{- else if .valueFrom.fieldRef -}}
{{ .name }}<field:{{ .valueFrom.fieldRef.fieldPath }}
{{- end -}}
{{- end }}

{{/* A volume as the policy writes it down. */}}
{{- define "ccd.admission.volume" -}}
{{- if .configMap -}}
{{ .name }}<configMap:{{ .configMap.name }}{{ include "ccd.admission.items" .configMap.items }}
{{- else if .secret -}}
{{ .name }}<secret:{{ .secret.secretName }}{{ include "ccd.admission.items" .secret.items }}
{{- else if .persistentVolumeClaim -}}
{{ .name }}<claim:{{ .persistentVolumeClaim.claimName }}
{{- else if .csi -}}
{{ .name }}<csi:{{ .csi.driver }}
{{- else if hasKey . "emptyDir" -}}
{{ .name }}<emptyDir
{{- end -}}
{{- end }}

{{- define "ccd.admission.items" -}}
{{- $items := list -}}
{{- range . }}{{ $items = append $items (printf "%s=%s" .key .path) }}{{ end -}}
{{- with $items }}/{{ join "," . }}{{ end -}}
{{- end }}

{{/* A mount as the policy writes it down. */}}
{{- define "ccd.admission.mount" -}}
{{ .name }}@{{ .mountPath }}{{ with .subPath }}/{{ . }}{{ end }}{{ with .subPathExpr }}/{{ . }}{{ end }}
{{- end }}

{{- define "ccd.admission.worker" -}}
{{- $root := .root -}}
{{- $worker := .worker -}}
{{- $values := $worker.values -}}
{{- $image := include "ccd.image" (dict "root" $root "image" $values.image) -}}
{{- $needed := list -}}
{{- range include "ccd.joinEnv" (dict "parts" (list $worker.env) "extra" $values.extraEnv) | fromYamlArray -}}
{{- $needed = append $needed (include "ccd.admission.setting" .) -}}
{{- end -}}
{{- $allowed := $needed -}}
{{- /* What the agent is told in plain text it tells its workers. */ -}}
{{- range .agentEnv -}}
{{- if not .valueFrom }}{{ $allowed = append $allowed (include "ccd.admission.setting" .) }}{{ end -}}
{{- end -}}
{{- $sources := list -}}
{{- $mounts := list -}}
{{- $drivers := list -}}
{{- range $worker.files -}}
{{- $sources = append $sources (include "ccd.admission.volume" .volume) -}}
{{- $mounts = append $mounts (include "ccd.admission.mount" .mount) -}}
{{- end -}}
{{- range $values.extraVolumes -}}
{{- $sources = append $sources (include "ccd.admission.volume" .) -}}
{{- if .csi }}{{ $drivers = append $drivers . }}{{ end -}}
{{- end -}}
{{- range $values.extraVolumeMounts }}{{ $mounts = append $mounts (include "ccd.admission.mount" .) }}{{ end -}}
{{- $ownLabels := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "ccd/workload" -}}
{{- $labels := list -}}
{{- range $key, $value := include "ccd.podLabels" . | fromYaml -}}
{{- if not (has $key $ownLabels) }}{{ $labels = append $labels (printf "label %s=%s" $key (toString $value)) }}{{ end -}}
{{- end -}}
{{- $annotations := list -}}
{{- range $key, $value := include "ccd.podAnnotations" . | fromYaml -}}
{{- $annotations = append $annotations (printf "annotation %s=%s" $key (toString $value)) -}}
{{- end -}}
- message: {{ .agent }} may run its own workers alone, which are called {{ $worker.app }}-…
  expression: >-
    request.resource.resource != 'deployments' || (variables.name.startsWith('{{ $worker.app }}-')
    && (!variables.isWorker || (
    object.spec.template.metadata.labels['app.kubernetes.io/name'] == '{{ $worker.app }}'
    && !('strmprivacy.io/app' in object.spec.template.metadata.labels))))
- message: a worker has the labels and annotations of its template, by which others know what it may do
  expression: >-
    !variables.isWorker || ({{ $labels | toRawJson }}.all(wanted,
    variables.labels.exists(k, 'label ' + k + '=' + variables.labels[k] == wanted))
    && variables.labels.all(k, k in {{ $ownLabels | toRawJson }} || ('label ' + k + '=' + variables.labels[k]) in {{ $labels | toRawJson }}
    || ('label ' + k + '=' + variables.labels[k]) in variables.before)
    && variables.annotations.all(k, ('annotation ' + k + '=' + variables.annotations[k]) in {{ $annotations | toRawJson }}
    || ('annotation ' + k + '=' + variables.annotations[k]) in variables.before))
- message: {{ .agent }} may run one container, of the image {{ $image }}
  expression: >-
    !variables.isWorker || (size(variables.pod.containers) == 1 && !has(variables.pod.initContainers)
    && !has(variables.pod.ephemeralContainers) && variables.container.image == {{ toRawJson $image }}
    && variables.container.imagePullPolicy == '{{ $root.Values.registry.pullPolicy }}')
- message: a worker runs what its image says, and nothing else
  expression: >-
    !variables.isWorker || (!has(variables.container.command) && !has(variables.container.args)
    && !has(variables.container.workingDir) && !has(variables.container.lifecycle)
    && (!has(variables.container.livenessProbe) || (has(variables.container.livenessProbe.httpGet)
    && !has(variables.container.livenessProbe.httpGet.host) && !has(variables.container.livenessProbe.httpGet.httpHeaders)))
    && (!has(variables.container.readinessProbe) || (has(variables.container.readinessProbe.httpGet)
    && !has(variables.container.readinessProbe.httpGet.host) && !has(variables.container.readinessProbe.httpGet.httpHeaders)))
    && (!has(variables.container.terminationMessagePolicy) || variables.container.terminationMessagePolicy == 'File')
    && (!has(variables.container.terminationMessagePath) || variables.container.terminationMessagePath == '/dev/termination-log')
    && !has(variables.container.startupProbe) && !has(variables.container.volumeDevices)
    && (!has(variables.container.ports) || size(variables.container.ports) == 0)
    && dyn(variables.container).all(f, f in ['name', 'image', 'imagePullPolicy', 'env', 'resources', 'securityContext', 'volumeMounts',
    'livenessProbe', 'readinessProbe', 'terminationMessagePath', 'terminationMessagePolicy', 'envFrom', 'ports']))
- message: a worker has the settings of its template, and takes none from elsewhere
  expression: >-
    !variables.isWorker || (!has(variables.container.envFrom)
    && {{ $needed | toRawJson }}.all(wanted, wanted in variables.settings)
    && variables.settings.all(given, given in {{ $allowed | uniq | toRawJson }}
    || given.matches('^(ADMIN_HOST|ADMIN_PORT|CACHE_DIR|CONFIG_DIR|SECRETS_DIR)=[A-Za-z0-9.:/_-]*$')))
- message: a worker has the volumes of its template, its own ConfigMap, {{ if $worker.connectors }}Secrets of data connectors, {{ end }}and no others
  expression: >-
    !variables.isWorker || ({{ $sources | toRawJson }}.all(wanted, wanted in variables.volumes)
    && variables.volumes.all(v, v in {{ $sources | toRawJson }} || v.endsWith('<emptyDir')
    || v.matches('^[a-z0-9-]+<configMap:{{ $worker.app }}-[a-z0-9.-]+$')
    {{- if $worker.connectors }} || v.matches('^[a-z0-9-]+<secret:data-connector-[a-z0-9.-]+$'){{ end }})
    {{- range $drivers }}
    && variables.pod.volumes.all(v, v.name != '{{ .name }}' || ((has(v.csi.volumeAttributes) ? v.csi.volumeAttributes : {}) == {{ .csi.volumeAttributes | default dict | toRawJson }}
    && (has(v.csi.nodePublishSecretRef) ? v.csi.nodePublishSecretRef.name : '') == '{{ dig "nodePublishSecretRef" "name" "" .csi }}'))
    {{- end }})
- message: a worker mounts what its template says where that says it, and nothing over its program
  expression: >-
    !variables.isWorker || ({{ $mounts | toRawJson }}.all(wanted, wanted in variables.mounts)
    && variables.mounts.all(m, m in {{ $mounts | toRawJson }}
    || m.matches('^[a-z0-9-]+@(/tmp|/etc/ccd/config|/etc/ccd/secrets/[a-z0-9-]+([.][a-z0-9-]+)*)$')))
- message: a worker has the service account {{ $root.Values.serviceAccount }}, and no token of it
  expression: >-
    !variables.isWorker || (has(variables.pod.serviceAccountName)
    && variables.pod.serviceAccountName == '{{ $root.Values.serviceAccount }}'
    && has(variables.pod.automountServiceAccountToken) && !variables.pod.automountServiceAccountToken)
- message: a worker takes nothing from its node, and is put there by the scheduler
  expression: >-
    !variables.isWorker || (
    (!has(variables.pod.hostNetwork) || !variables.pod.hostNetwork)
    && (!has(variables.pod.hostPID) || !variables.pod.hostPID)
    && (!has(variables.pod.hostIPC) || !variables.pod.hostIPC)
    && (!has(variables.pod.shareProcessNamespace) || !variables.pod.shareProcessNamespace)
    && !has(variables.pod.hostAliases) && !has(variables.pod.dnsConfig) && !has(variables.pod.nodeName)
    && !has(variables.pod.resourceClaims) && !has(variables.pod.runtimeClassName)
    && !has(variables.pod.hostname) && !has(variables.pod.subdomain)
    && (!has(variables.pod.setHostnameAsFQDN) || !variables.pod.setHostnameAsFQDN)
    && (!has(variables.pod.schedulerName) || variables.pod.schedulerName == 'default-scheduler')
    && (!has(object.spec.replicas) || object.spec.replicas == 1)
    && (!has(variables.pod.priorityClassName) || variables.pod.priorityClassName == {{ toRawJson $values.priorityClassName }})
    && (!has(variables.pod.imagePullSecrets)
    || variables.pod.imagePullSecrets.all(s, s.name in {{ include "ccd.pullSecrets" $root | fromYamlArray | toRawJson }})))
- message: a worker keeps to the restricted profile, and writes to nothing of its image
  expression: >-
    !variables.isWorker || (has(variables.pod.securityContext) && has(variables.pod.securityContext.runAsNonRoot)
    && variables.pod.securityContext.runAsNonRoot
    && has(variables.pod.securityContext.seccompProfile)
    && variables.pod.securityContext.seccompProfile.type == 'RuntimeDefault'
    && !has(variables.pod.securityContext.sysctls)
    && !has(variables.pod.securityContext.appArmorProfile) && !has(variables.pod.securityContext.seLinuxOptions)
    && !has(variables.container.securityContext.appArmorProfile) && !has(variables.container.securityContext.seLinuxOptions)
    && has(variables.container.securityContext)
    && has(variables.container.securityContext.allowPrivilegeEscalation)
    && !variables.container.securityContext.allowPrivilegeEscalation
    && has(variables.container.securityContext.readOnlyRootFilesystem)
    && variables.container.securityContext.readOnlyRootFilesystem
    && (!has(variables.container.securityContext.privileged) || !variables.container.securityContext.privileged)
    && (!has(variables.container.securityContext.runAsNonRoot) || variables.container.securityContext.runAsNonRoot)
    && (!has(variables.container.securityContext.runAsUser) || variables.container.securityContext.runAsUser != 0)
    && !has(variables.container.securityContext.seccompProfile)
    && (!has(variables.container.securityContext.procMount) || variables.container.securityContext.procMount == 'Default')
    && has(variables.container.securityContext.capabilities)
    && !has(variables.container.securityContext.capabilities.add)
    && has(variables.container.securityContext.capabilities.drop)
    && variables.container.securityContext.capabilities.drop.exists(c, c == 'ALL'))
{{- end }}
