/**
 * Makes the charts complete: each with the charts that it depends on in it, ready for `helm install`.
 * usage: npm run charts [-- --out FOLDER instead of dist/charts]
 */
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { assembleChart } from './charts/assemble.ts';
import { chartValues } from './charts/values/charts.ts';

const { values } = parseArgs({
  options: { out: { type: 'string', default: join(resolve(import.meta.dirname, '..'), 'dist', 'charts') } },
});
for (const chart of Object.keys(chartValues)) {
  await rm(join(values.out, chart), { recursive: true, force: true });
  console.log(await assembleChart(chart, values.out));
}
