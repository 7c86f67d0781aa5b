{{/* What the server and the migration have in common: image, user, secrets and environment. */}}

{{- define "inlay.labels" -}}
app.kubernetes.io/name: inlay
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "inlay.pod" -}}
automountServiceAccountToken: false
# Else a service named `inlay` puts INLAY_PORT and its like into the environment, and Inlay refuses names that it does
# not know.
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
volumes:
  - name: secrets
    secret:
      secretName: {{ .Values.secret }}
      defaultMode: 0440
{{- end }}

{{- define "inlay.container" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts:
  - name: secrets
    mountPath: /secrets
    readOnly: true
env:
  - name: DATABASE_URL_FILE
    value: /secrets/database-url
  - name: INLAY_SIGNING_KEYS_FILE
    value: /secrets/signing-keys
  - name: INLAY_LISTEN
    value: "0.0.0.0:3000"
  - name: INLAY_LOG_FORMAT
    value: json
  - name: INLAY_PUBLIC_URL
    value: {{ required "publicUrl is not set: where do browsers reach Inlay?" .Values.publicUrl | quote }}
  - name: INLAY_ALLOWED_ORIGINS
    value: {{ join "," .Values.allowedOrigins | quote }}
{{- range $name, $value := .Values.env }}
  - name: {{ $name }}
    value: {{ $value | quote }}
{{- end }}
{{- end }}
