/** A JAAS line that cannot be used; says where and why, and quotes nothing, since it may be a password. */
export class JaasConfigError extends Error {
  override readonly name = 'JaasConfigError';
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super(`the JAAS configuration is not valid: ${reason}`, options);
    this.reason = reason;
  }
}

export interface JaasConfig {
  /** The class, with its package. */
  readonly loginModule: string;
  readonly options: ReadonlyMap<string, string>;
}

type Token =
  | { readonly kind: 'word'; readonly text: string; readonly at: number }
  | { readonly kind: 'quoted'; readonly text: string; readonly at: number }
  | { readonly kind: '=' | ';'; readonly text: string; readonly at: number };

const flags = ['required', 'requisite', 'sufficient', 'optional'];
const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * Reads `sasl.jaas.config` as Kafka's clients do (org.apache.kafka.common.security.JaasConfig): one login module, a flag,
 * options, of which the last of a name counts, a semicolon, and comments (java.io.StreamTokenizer: also behind a single slash). Values stand in single or double quotes, in which a backslash escapes the next character, or are
 * words of letters, digits and `._-$`, which is stricter than Kafka: whatever else is in a value belongs into quotes.
 * @throws JaasConfigError
 */
export function parseJaasConfig(line: string): JaasConfig {
  const tokens = tokensOf(line);
  let next = 0;
  const take = (what: string, ...kinds: readonly Token['kind'][]): Token => {
    const token = tokens[next++];
    if (token && kinds.includes(token.kind)) return token;
    throw new JaasConfigError(`${what} is missing at ${token ? `character ${token.at + 1}` : 'its end'}`);
  };
  const loginModule = take('the login module', 'word').text;
  if (!flags.includes(take('the flag', 'word').text.toLowerCase())) {
    throw new JaasConfigError(`the flag behind the login module must be one of ${flags.join(', ')}`);
  }
  const options = new Map<string, string>();
  while (tokens[next]?.kind === 'word') {
    const name = take('an option', 'word').text;
    take('the = behind an option', '=');
    options.set(name, take('the value of an option', 'word', 'quoted').text);
  }
  take('the semicolon', ';');
  const rest = tokens[next];
  if (rest)
    throw new JaasConfigError(`only one login module is taken; there is more at character ${rest.at + 1}`);
  return { loginModule, options };
}

function tokensOf(line: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < line.length;) {
    const character = line[at] ?? '';
    const comment = /^\/(?:\*[^]*?(?:\*\/|$)|.*)/.exec(line.slice(at))?.[0];
    if (/\s/.test(character)) at++;
    else if (comment !== undefined) at += comment.length;
    else if (character === '=' || character === ';')
      tokens.push({ kind: character, text: character, at: at++ });
    else if (character === '"' || character === "'") {
      const { text, end } = quoted(line, at);
      tokens.push({ kind: 'quoted', text, at });
      at = end;
    } else {
      const word = /^[\w.$-]+/.exec(line.slice(at))?.[0];
      if (word === undefined) throw new JaasConfigError(`character ${at + 1} must stand in quotes`);
      tokens.push({ kind: 'word', text: word, at });
      at += word.length;
    }
  }
  return tokens;
}

function quoted(line: string, start: number): { readonly text: string; readonly end: number } {
  const quote = line[start];
  let text = '';
  for (let at = start + 1; at < line.length; at++) {
    const character = line[at] ?? '';
    if (character === quote) return { text, end: at + 1 };
    if (character === '\n' || character === '\r') break;
    if (character !== '\\') {
      text += character;
      continue;
    }
    const octal = /^[0-3]?[0-7]{1,2}/.exec(line.slice(at + 1))?.[0];
    if (octal !== undefined) {
      text += String.fromCharCode(Number.parseInt(octal, 8));
      at += octal.length;
    } else {
      at++;
      const escaped = line[at] ?? '';
      text += escapes[escaped] ?? escaped;
    }
  }
  throw new JaasConfigError(`the quote at character ${start + 1} has no end`);
}
