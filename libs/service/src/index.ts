export { adminPaths, adminRoutes, answerAdmin, createAdminServer } from './admin-server.ts';
export type { AdminAnswer, AdminServer, AdminServerOptions, AdminSources } from './admin-server.ts';
export { adminSettings } from './admin-settings.ts';
export { createCertificateWatch, readCertificateFiles } from './certificate-files.ts';
export type { CertificateFiles, CertificateWatchOptions } from './certificate-files.ts';
export { ConfigError } from './config-error.ts';
export type { ConfigProblem } from './config-error.ts';
export { describeConfig } from './describe-config.ts';
export { createDualProtocolServer } from './dual-protocol-server.ts';
export type { Certificate, DualProtocolOptions, DualProtocolServer } from './dual-protocol-server.ts';
export { failureOf } from './failure.ts';
export type { Failure } from './failure.ts';
export { errorCode, errorFields } from './error-fields.ts';
export type { ErrorFields } from './error-fields.ts';
export { exitWithParent } from './exit-with-parent.ts';
export { createGrpcServer } from './grpc/grpc-server.ts';
export type { GrpcServer, GrpcServerOptions, ListenAddress } from './grpc/grpc-server.ts';
export { frameMessage } from './grpc/grpc-messages.ts';
export type { GrpcMetadata } from './grpc/grpc-metadata.ts';
export type { GrpcCall, GrpcMethod, GrpcMethods, StreamingMethod, UnaryMethod } from './grpc/grpc-method.ts';
export { toGrpcResponse } from './grpc/grpc-response.ts';
export type { GrpcResponse } from './grpc/grpc-response.ts';
export { GrpcError, grpcStatus } from './grpc/grpc-status.ts';
export type { GrpcStatus, GrpcStatusCode } from './grpc/grpc-status.ts';
export { onlyOne } from './grpc/serve-call.ts';
export { createHealth } from './health.ts';
export type { Check, Health, HealthReport } from './health.ts';
export { ListenError } from './listen-error.ts';
export { loadConfig } from './load-config.ts';
export type { Environment } from './load-config.ts';
export { createLogger, createSilentLogger, loggingSettings, logLevels } from './logger.ts';
export type { LogFormat, Logger, LoggerOptions, LogLevel, LogMethod } from './logger.ts';
export { createMetrics } from './metrics.ts';
export type {
  Counter,
  Gauge,
  GaugeOptions,
  Histogram,
  HistogramOptions,
  MetricOptions,
  Metrics,
  MetricsText,
} from './metrics.ts';
export type {
  DualRequestListener,
  ListenerOptions,
  ProtocolLimits,
  ProtocolServers,
  SplitListenerOptions,
} from './protocol-servers.ts';
export { readSettingFile } from './read-setting-file.ts';
export { runMain } from './run-main.ts';
export {
  bool,
  durationMs,
  folder,
  hostPort,
  isSecret,
  list,
  port,
  secret,
  secretText,
  setting,
  text,
  url,
  wholeNumber,
} from './setting.ts';
export type { HostPort, Range, SettingsSchema } from './setting.ts';
export { startService, StopError } from './start-service.ts';
export type { Component, RunningService, ServiceOptions } from './start-service.ts';
export { notifyFailing, notifyReady } from './workload-status.ts';
export type { WorkloadMessage } from './workload-status.ts';
