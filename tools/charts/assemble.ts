import { cp, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const charts = resolve(import.meta.dirname, '..', '..', 'charts');

const chartSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  dependencies: z.array(z.looseObject({ name: z.string(), repository: z.string() })).default([]),
});

export type ChartFile = z.output<typeof chartSchema>;

/** The `Chart.yaml` of a chart of ours. */
export async function readChartFile(chart: string): Promise<ChartFile> {
  return chartSchema.parse(parse(await readFile(join(charts, chart, 'Chart.yaml'), 'utf8')));
}

/** Copies a chart into a folder, with the charts that it depends on within it, as Helm wants them. */
export async function assembleChart(chart: string, folder: string): Promise<string> {
  const to = join(folder, chart);
  await mkdir(folder, { recursive: true });
  await cp(join(charts, chart), to, { recursive: true });
  const { dependencies } = await readChartFile(chart);
  for (const { name } of dependencies) await assembleChart(name, join(to, 'charts'));
  return to;
}
