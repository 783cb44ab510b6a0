import { bigintOf, dateOf } from '../database/columns.ts';
import type { Queryable, Row } from '../database/database.ts';
import type { Neighbours, UsagePoint } from './usage-counter.ts';

const dayMs = 86_400_000;
/** Of points older than that, the last one of each so many seconds is kept. */
const levels = [
  { afterMs: dayMs, seconds: 300 },
  { afterMs: 31 * dayMs, seconds: 3_600 },
] as const;

/** The newest point of a stream. */
export async function lastPoint(database: Queryable, streamId: string): Promise<UsagePoint | undefined> {
  const [row] = await database.query(
    'SELECT at, total FROM usage_points WHERE stream_id = $1 ORDER BY at DESC LIMIT 1',
    [streamId],
  );
  return row && toPoint(row, 'at', 'total');
}

/** Adds a point, or moves the one of the same time up. `last` is the newest one before it. */
export async function addPoint(
  transaction: Queryable,
  streamId: string,
  { at, total }: UsagePoint,
  last: UsagePoint | undefined,
): Promise<void> {
  await transaction.query(
    `INSERT INTO usage_points (stream_id, at, total) VALUES ($1, $2, $3)
     ON CONFLICT (stream_id, at) DO UPDATE SET total = EXCLUDED.total`,
    [streamId, new Date(at), total],
  );
  // Once a day is often enough.
  if (last === undefined || dayOf(last.at) === dayOf(at)) return;
  for (const { afterMs, seconds } of levels) await thin(transaction, streamId, at - afterMs, seconds);
}

async function thin(transaction: Queryable, streamId: string, until: number, seconds: number): Promise<void> {
  await transaction.query(
    `DELETE FROM usage_points p WHERE p.stream_id = $1 AND p.at < $2 AND EXISTS (
       SELECT FROM usage_points q
       WHERE q.stream_id = p.stream_id AND q.at > p.at
         AND q.at < to_timestamp((floor(extract(epoch FROM p.at) / $3::int) + 1) * $3::int)
     )`,
    [streamId, new Date(until), seconds],
  );
}

/** The points next to each of the given times, in their order. */
export async function neighboursOf(
  database: Queryable,
  streamId: string,
  times: readonly number[],
): Promise<readonly Neighbours[]> {
  const rows = await database.query(
    `SELECT b.at AS before_at, b.total AS before_total, a.at AS after_at, a.total AS after_total
     FROM unnest($2::timestamptz[]) WITH ORDINALITY AS wanted (at, number)
     LEFT JOIN LATERAL (
       SELECT at, total FROM usage_points WHERE stream_id = $1 AND at <= wanted.at ORDER BY at DESC LIMIT 1
     ) b ON true
     LEFT JOIN LATERAL (
       SELECT at, total FROM usage_points WHERE stream_id = $1 AND at > wanted.at ORDER BY at LIMIT 1
     ) a ON true
     ORDER BY wanted.number`,
    [streamId, times.map((time) => new Date(time).toISOString())],
  );
  return rows.map((row) => ({
    ...(row['before_at'] !== null && { before: toPoint(row, 'before_at', 'before_total') }),
    ...(row['after_at'] !== null && { after: toPoint(row, 'after_at', 'after_total') }),
  }));
}

const toPoint = (row: Row, at: string, total: string): UsagePoint => ({
  at: dateOf(row, at).getTime(),
  total: bigintOf(row, total),
});

const dayOf = (at: number): number => Math.floor(at / dayMs);
