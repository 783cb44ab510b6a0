export { configSchema } from './config.ts';
export type { ExporterConfig } from './config.ts';
export { startBatchExporter } from './start-batch-exporter.ts';
