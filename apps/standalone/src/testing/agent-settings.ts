export const installationId = '11111111-1111-4111-8111-111111111111';

/** Settings of the three agents, as they run in the process of a test: whatever they speak to is given to them. */
export const settingsOfAgents = {
  STRM_KAFKA_TOPIC_NUM_PARTITIONS: 1,
  TOPIC_GRACE_HOURS: 72,
  INSTANCE_ID: 'pod-1',
  POLL_INTERVAL_MS: 30_000,
  DATABASE_CHECK_INTERVAL_MS: 300_000,
  ADMIN_HOST: '127.0.0.1',
  ADMIN_PORT: 0,
  STRM_API_HOST: '127.0.0.1',
  STRM_API_PORT: 1,
  STRM_API_TLS: false,
  STRM_AUTH_URL: 'http://127.0.0.1',
  STRM_AUTH_CLIENT_ID: 'ins-test',
  STRM_AUTH_CLIENT_SECRET: 'very-secret',
  STRM_INSTALLATION_ID: installationId,
  REPORT_WORKER_LOGS: false,
  LOG_LEVEL: 'debug',
  LOG_FORMAT: 'json',
  GUARDRAILS_FILE: undefined,
} as const;
