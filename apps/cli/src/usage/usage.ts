import { usage as wire } from '@ccd/protocol';
import type { entities } from '@ccd/protocol';
import { UsageError } from '../cli-error.ts';
import { projectCommand } from '../command/define.ts';
import { optionalText, text } from '../command/flag.ts';
import { jsonOf } from '../output/output.ts';
import { streamNames } from '../streams/streams.ts';

const from = optionalText('--from <time>', 'YYYY/M/D-HH:mm in local time; a day ago unless given');
const until = optionalText('--until <time>', 'YYYY/M/D-HH:mm in local time; now unless given');
const by = text('--by <step>', 'seconds, or a number with s, m, h or d', '300');

const dayMs = 86_400_000;
const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `15m` or `900`, in seconds. @throws UsageError */
export function toStepSeconds(given: string): number {
  const match = /^(\d+)([smhd]?)$/.exec(given);
  const seconds = match && Number(match[1]) * (unitSeconds[match[2] ?? ''] ?? 1);
  if (seconds) return seconds;
  throw new UsageError(`--by is ${JSON.stringify(given)}; give seconds, or a number with s, m, h or d`);
}

/** `2022/5/10-13:05` in the local zone. @throws UsageError */
export function toLocalTime(given: string): Date {
  const match = /^(\d{4})\/(\d{1,2})\/(\d{1,2})-(\d{1,2}):(\d{2})$/.exec(given);
  if (match) {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1).map(Number);
    const time = new Date(year, month - 1, day, hour, minute);
    if (time.getMonth() === month - 1 && time.getDate() === day && hour < 24 && minute < 60) return time;
  }
  throw new UsageError(`${JSON.stringify(given)} is not a time; give YYYY/M/D-HH:mm`);
}

/** Counts are running totals: each line also has what came since the line before, and how fast. */
export function usageCsv(windows: readonly entities.WindowedEventCount[]): string {
  const rows = windows.map(({ startTime, endTime, eventCount }, index) => {
    const before = windows[index - 1];
    const seconds = ((endTime?.getTime() ?? 0) - (startTime?.getTime() ?? 0)) / 1000;
    const change = before === undefined ? NaN : Number(eventCount - before.eventCount);
    return [startTime?.toISOString() ?? '', eventCount, seconds, change, change / seconds].join(',');
  });
  return ['From,Count,Duration,Change,Rate', ...rows].join('\n');
}

export const getUsage = projectCommand({
  name: 'usage',
  args: '<stream>',
  about: 'how many events a stream took in',
  examples: ['get usage demo --from 2026/1/1-0:00 --until 2026/2/1-0:00 --by 1d'],
  flags: [from, until, by],
  formats: ['csv', 'json', 'json-raw'],
  candidates: streamNames,
  async run({ api, args, flags, io, project }) {
    const [name = ''] = args;
    const [start, end] = [flags.get(from), flags.get(until)];
    const endTime = end === undefined ? new Date(io.clock.now()) : toLocalTime(end);
    const startTime = start === undefined ? new Date(io.clock.now() - dayMs) : toLocalTime(start);
    const answer = await api.call(
      wire.UsageServiceService.getStreamEventUsage,
      wire.GetStreamEventUsageRequest.create({
        ref: { name, projectId: project.id },
        startTime,
        endTime,
        interval: { seconds: BigInt(toStepSeconds(flags.get(by))), nanos: 0 },
      }),
    );
    return { ...jsonOf(answer), csv: () => usageCsv(answer.value.windows) };
  },
});
