import Table from 'cli-table3';
import { nothingThere } from './output.ts';
import { printable } from './printable.ts';

export type Cell = string | number | boolean | undefined;

/** A title and what stands under it. */
export type Column<Row> = readonly [title: string, cell: (row: Row) => Cell];

const borderless = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Rows under upper-cased titles, columns two blanks apart; a sentence where there are none. */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  if (rows.length === 0) return nothingThere;
  const table = new Table({
    head: columns.map(([title]) => title.toUpperCase()),
    chars: borderless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push(columns.map(([, cell]) => printable(String(cell(row) ?? ''))));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
