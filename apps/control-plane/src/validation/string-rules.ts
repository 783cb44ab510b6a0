import { RE2JS } from 're2js';
import type { RuleValue } from './field-rules.ts';
import { accepts } from './patterns.ts';
import { counted, must, plural, switched, worded } from './rule-table.ts';
import type { RuleTable, Test } from './rule-table.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The rules of strings; lengths are in Unicode code points, as protoc-gen-validate counts them. */
export const stringRules: RuleTable<string> = {
  len: counted((length) => withLength((has) => has === length, 'exactly', length)),
  min_len: counted((least) => withLength((has) => has >= least, 'at least', least)),
  max_len: counted((most) => withLength((has) => has <= most, 'at most', most)),
  pattern: worded(matching),
  prefix: worded((prefix) => must((value) => value.startsWith(prefix), `must start with ${prefix}`)),
  not_contains: worded((part) => must((value) => !value.includes(part), `must not contain ${part}`)),
  in: listed((texts) => must((value) => texts.includes(value), `must be one of ${texts.join(', ')}`)),
  not_in: listed((texts) => must((value) => !texts.includes(value), `must not be ${texts.join(' or ')}`)),
  uuid: switched(
    must((value) => uuid.test(value), 'must be a UUID, as in 01234567-89ab-cdef-0123-456789abcdef'),
  ),
  uri: switched(must((value) => URL.canParse(value), 'must be an absolute URI')),
  email: switched(must(isEmail, 'must be an e-mail address, as in name@example.com')),
};

function listed(
  toTest: (texts: readonly string[]) => Test<string>,
): (asked: RuleValue) => Test<string> | undefined {
  return (asked) =>
    Array.isArray(asked) && asked.every((text) => typeof text === 'string') ? toTest(asked) : undefined;
}

function withLength(holds: (length: number) => boolean, how: string, asked: number): Test<string> {
  return (value) => {
    const length = Array.from(value).length;
    if (holds(length)) return undefined;
    if (asked === 0) return 'must be empty';
    if (length === 0 && asked === 1) return 'must not be empty';
    return `must have ${how} ${plural(asked, 'character')}, and has ${length}`;
  };
}

/** Patterns have RE2's syntax and, as there, match anywhere unless anchored. */
function matching(pattern: string): Test<string> {
  const expression = RE2JS.compile(pattern);
  return must((value) => expression.test(value), accepts(pattern));
}

const localPart = /^[^\s@"(),:;<>[\\\]\p{C}]{1,64}$/u;
const domainLabel = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;

/** The bare addr-spec of RFC 5322 (and 6531) without quoting, with the lengths of RFC 5321; a host name as domain. */
function isEmail(value: string): boolean {
  const at = value.lastIndexOf('@');
  const [local, domain] = [value.slice(0, Math.max(at, 0)), value.slice(at + 1)];
  return (
    value.length <= 254 &&
    localPart.test(local) &&
    local.split('.').every((atom) => atom !== '') &&
    domain.split('.').every((label) => domainLabel.test(label))
  );
}
