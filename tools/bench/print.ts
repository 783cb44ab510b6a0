import { cpus, totalmem } from 'node:os';
import Table from 'cli-table3';
import { isFigure, isGoalMet, ratioOf } from '@ccd/testkit/bench';
import type { Figure } from '@ccd/testkit/bench';
import type { BenchResult } from './record.ts';

const plain = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** Three significant digits, thousands separated. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

function goalText(figure: Figure): string {
  const { goal, doubt } = figure;
  if (doubt !== undefined) return `IN DOUBT: ${doubt}`;
  if (goal === undefined) return '';
  const unit = goal.of === 'ratio' ? ' ×' : ` ${figure.unit}`;
  const sign = goal.bound === 'at least' ? '≥' : '≤';
  return `${isGoalMet(figure) === true ? 'met' : 'MISSED'} (${sign} ${formatNumber(goal.limit)}${unit})`;
}

/** One benchmark as a table: ratios first, since absolute figures say more about the machine. */
export function toTable({ title, figures }: BenchResult): string {
  const table = new Table({
    chars: plain,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: ['right', 'left', 'right', 'left', 'left'],
    head: ['ratio', 'to', 'figure', 'what', 'goal'],
  });
  for (const figure of figures) {
    if (!isFigure(figure)) {
      table.push(['', '', '', figure.what, figure.missing]);
      continue;
    }
    const ratio = ratioOf(figure);
    table.push([
      ratio === undefined ? '' : `${ratio.toFixed(2)} ×`,
      figure.baseline?.what ?? '',
      `${formatNumber(figure.value)} ${figure.unit}`,
      figure.what,
      goalText(figure),
    ]);
  }
  return `${title}\n${table.toString()}`;
}

/** What the figures were measured on. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${memory} GiB, ${process.platform}, Node ${process.version}`;
}
