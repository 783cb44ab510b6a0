import type { RuleGroup, RuleValue } from '../field-rules.ts';

interface PatternSample {
  /** Absent where nothing can match. */
  readonly passes?: string;
  readonly fails: string;
}

/** Texts for each pattern of the protocol; both have a length that its fields accept. */
const patterns: Readonly<Record<string, PatternSample>> = {
  '^[\\pL\\pN\\pS\\pM\\pP\\s]+$': { passes: 'Ünï 1 €', fails: 'bell\u0007' },
  '^[\\pL\\pN\\pS\\pM\\pP]+$': { passes: 'Ünï-1', fails: 'two words' },
  '^[\\pL\\pN\\pS\\pM\\pP\\s]{4,100}$': { passes: 'jan@example.com', fails: 'abc' },
  '^[\\pL\\pN\\pS\\pM\\pP\\s]{4,100}': { passes: 'jan@example.com', fails: 'abc' },
  '^[^\\pC]+$': { passes: 'Invoice Date', fails: 'tab\there' },
  '^[^/]+$': { passes: 'clickstream', fails: 'click/stream' },
  '^\\d+\\.\\d+\\.\\d+$': { passes: '1.0.12', fails: '1.0' },
  '^[a-zA-Z0-9][a-zA-Z0-9_-]+[a-zA-Z0-9]$': { passes: 'acme-data', fails: 'acme-' },
  '^[a-zA-Z_][a-zA-Z0-9_]*$': { passes: '_Name1', fails: '1name' },
  '^([a-zA-Z_][a-zA-Z0-9_]*)(\\.[a-zA-Z_][a-zA-Z0-9_]*)*$': { passes: 'a.B_1', fails: 'a..b' },
  '^.+[^\\/]$': { passes: 'in/2024', fails: 'in/' },
  '^[a-zA-Z0-9._-]+$': { passes: 'export-1.a', fails: 'export 1' },
  '^[ -~]+$': { passes: 's3cr3t & more', fails: 'schlüssel' },
  '^v(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-((?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\\.(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?$/gm':
    { fails: 'v1.2.3' },
};

export function passingText(group: RuleGroup): string {
  const { rules } = group;
  const among = rules.get('in');
  if (Array.isArray(among)) return String(among[0]);
  if (rules.has('uuid')) return '01234567-89ab-cdef-0123-456789abcdef';
  if (rules.has('email')) return 'name@example.com';
  if (rules.has('uri')) return 'https://example.com/icon.png';
  const pattern = rules.get('pattern');
  if (pattern !== undefined) return patternSample(pattern).passes ?? '';
  return 'a'.repeat(Number(rules.get('len') ?? rules.get('max_len') ?? rules.get('min_len') ?? 1));
}

/** A text that breaks a rule of the group and none that is checked before it; none where every text keeps it. */
export function failingText(group: RuleGroup, rule: string, asked: RuleValue): { value: string } | undefined {
  switch (rule) {
    case 'len':
    case 'max_len':
      return { value: passingText(group).padEnd(Number(asked) + 1, 'a') };
    case 'min_len': {
      const tooShort = 'a'.repeat(Number(asked) - 1);
      return tooShort === '' && group.rules.get('ignore_empty') === true ? undefined : { value: tooShort };
    }
    case 'pattern':
      return { value: patternSample(asked).fails };
    case 'prefix':
      return { value: `not ${textOf(asked)}` };
    case 'not_contains':
      return { value: `${passingText(group)}${textOf(asked)}1` };
    case 'in':
      return { value: 'unlisted' };
    case 'not_in':
      return Array.isArray(asked) ? { value: String(asked.at(-1)) } : undefined;
    case 'uuid':
    case 'email':
      return { value: 'neither' };
    case 'uri':
      return { value: 'https://' };
    default:
      throw new Error(`no samples for string.${rule}`);
  }
}

function patternSample(pattern: RuleValue): PatternSample {
  const sample = patterns[textOf(pattern)];
  if (sample === undefined) throw new Error(`no samples for the pattern ${textOf(pattern)}`);
  return sample;
}

function textOf(asked: RuleValue): string {
  if (typeof asked !== 'string') throw new TypeError('not a text');
  return asked;
}
