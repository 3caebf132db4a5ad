{{- define "liaison.labels" -}}
app.kubernetes.io/name: liaison
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "liaison.image" -}}
{{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- end }}

{{/* What a process of Liaison reads. The ConfigMap comes last: it wins. */}}
{{- define "liaison.environment" -}}
{{- range .Values.existingSecrets }}
- secretRef: {name: {{ . }}}
{{- end }}
{{- if .Values.secrets }}
- secretRef: {name: {{ .Release.Name }}-settings}
{{- end }}
- configMapRef: {name: {{ .Release.Name }}-settings}
{{- end }}

{{- define "liaison.settings" -}}
PUBLIC_URL: {{ printf "https://%s" .Values.host | quote }}
ALLOWED_HOSTS: {{ .Values.host | quote }}
CSRF_TRUSTED_ORIGINS: {{ printf "https://%s" .Values.host | quote }}
TRUSTED_PROXIES: {{ .Values.trustedProxies | quote }}
INBOUND_EMAIL_MAX_BYTES: {{ mul .Values.inboundEmailMaxMegabytes 1048576 | quote }}
{{- end }}

{{/* Settings of the values win over those that are made of the host. */}}
{{- define "liaison.allSettings" -}}
{{- $made := include "liaison.settings" . | fromYaml }}
{{- toYaml (merge (deepCopy .Values.settings) $made) }}
{{- end }}

{{/* A pod takes new settings by starting anew. */}}
{{- define "liaison.podAnnotations" -}}
checksum/settings: {{ printf "%s%s" (include "liaison.allSettings" .) (toYaml .Values.secrets) | sha256sum }}
{{- with .Values.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What all pods have: no rights, no token of the cluster, and a place. */}}
{{- define "liaison.pod" -}}
automountServiceAccountToken: false
# The cluster adds a variable for each service, of names like ours.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  # `liaison` of the image.
  runAsUser: 10001
  runAsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: temporary
    emptyDir: {sizeLimit: {{ .Values.temporary.sizeLimit }}}
{{- end }}

{{- define "liaison.container" -}}
image: {{ include "liaison.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  readOnlyRootFilesystem: true
  allowPrivilegeEscalation: false
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: temporary, mountPath: /tmp}
{{- end }}

{{/* One kind of pod over several hosts. Call it with a dict of `release` and `part`. */}}
{{- define "liaison.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: {matchLabels: {app: {{ .release }}, part: {{ .part }}}}
    # Pods of the version before do not count.
    matchLabelKeys: [pod-template-hash]
{{- end }}

{{- define "liaison.ingressHead" -}}
{{- with .Values.ingress.className }}
ingressClassName: {{ . }}
{{- end }}
{{- with .Values.ingress.tlsSecret }}
tls: [{hosts: [{{ $.Values.host }}], secretName: {{ . }}}]
{{- end }}
{{- end }}
