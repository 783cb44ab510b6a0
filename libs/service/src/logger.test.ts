import { describe, expect, it } from '@jest/globals';
import { errorFields } from './error-fields.ts';
import { createLogger, createSilentLogger } from './logger.ts';
import { createCapturingLogger } from './testing/index.ts';

describe(createLogger, () => {
  it('writes one JSON object a line with time, level, name, message and fields', () => {
    const lines: string[] = [];
    createLogger({ name: 'gateway', destination: { write: (line) => lines.push(line) } }).info(
      { count: 3 },
      'sent',
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\}\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      level: 'info',
      name: 'gateway',
      message: 'sent',
      count: 3,
    });
  });

  it('leaves out what is below its level', () => {
    const lines: string[] = [];
    const logger = createLogger({
      name: 'x',
      level: 'warn',
      destination: { write: (line) => lines.push(line) },
    });
    logger.info('no');
    logger.warn('yes');
    expect(lines).toHaveLength(1);
  });

  it('writes lines for a person where that is the format', () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => lines.push(line) };
    createLogger({ name: 'gateway', format: 'text', destination }).warn(
      { rows: 5, why: 'too slow' },
      'queue is full',
    );
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} WARN {2}gateway: queue is full {2}rows=5 {2}why="too slow"\n$/,
    );
  });

  it('gives the fields of a child to all its lines', () => {
    const { logger, entries } = createCapturingLogger();
    logger.child({ stream: 'a' }).child({ partition: 1 }).info('x');
    expect(entries[0]?.fields).toEqual({ stream: 'a', partition: 1 });
  });

  it.each([
    'authorization',
    'Authorization',
    'clientSecret',
    'client_secret',
    'password',
    'credentials',
    'key',
    'tinkKey',
    'STRM_AUTH_CLIENT_SECRET',
    'refreshToken',
    'privateKey',
    'keys',
  ])('withholds texts under %s at any depth', (name) => {
    const { logger, text } = createCapturingLogger();
    logger.info({ [name]: 'canary' }, 'x');
    logger.info({ a: { list: [{ [name]: ['canary'] }] } }, 'x');
    logger.child({ b: { [name]: 'canary' } }).info('x');
    expect(text()).toContain('[redacted]');
    expect(text()).not.toContain('canary');
  });

  it('withholds everything below the name of a secret', () => {
    const { logger, text } = createCapturingLogger();
    logger.info({ credentials: { AccessKey: { id: 'canary' } } }, 'x');
    expect(text()).not.toContain('canary');
  });

  it('shows what only sounds like a secret: names, counts and keys of resources', () => {
    const { logger, entries } = createCapturingLogger();
    const fields = { secretName: 'x', keys: 4, key: { kind: 'topic', id: 'stream-1' }, keyStream: 'keys-1' };
    logger.info(fields, 'x');
    expect(entries[0]?.fields).toEqual(fields);
  });

  it('survives whatever it is given', () => {
    const { logger, entries } = createCapturingLogger();
    const loop: Record<string, unknown> = { big: 1n, bytes: new Uint8Array(9), when: new Date(0) };
    loop['self'] = loop;
    logger.info({ loop, long: 'x'.repeat(10_000) }, 'x');
    expect(entries[0]?.fields['loop']).toMatchObject({
      big: '1',
      bytes: '[9 bytes]',
      when: '1970-01-01T00:00:00.000Z',
    });
    expect(JSON.stringify(entries[0]).length).toBeLessThan(6_000);
  });
});

describe(errorFields, () => {
  it('keeps name, message, code, frames and causes, and nothing else that hangs on an error', () => {
    const cause = Object.assign(new TypeError('socket closed'), {
      code: 'ECONNRESET',
      request: { body: 'canary' },
    });
    const error = Object.assign(new Error('cannot fetch', { cause }), { config: { headers: 'canary' } });
    const fields = errorFields(error);
    expect(fields).toMatchObject({
      name: 'Error',
      message: 'cannot fetch',
      cause: { name: 'TypeError', message: 'socket closed', code: 'ECONNRESET' },
    });
    expect(fields.stack).toMatch(/^at /);
    expect(JSON.stringify(fields)).not.toContain('canary');
  });

  it.each(['{"a": canary', '{"a":"canary', 'canary', '[1, canary]'])(
    'quotes nothing of %j, which is not JSON',
    (text) => {
      const parse = (): unknown => JSON.parse(text);
      let thrown: unknown;
      try {
        parse();
      } catch (error) {
        thrown = errorFields(new Error('unreadable', { cause: error }));
      }
      expect(thrown).toMatchObject({ message: 'unreadable', cause: { name: 'SyntaxError' } });
      expect(JSON.stringify(thrown)).not.toContain('canary');
    },
  );

  it('follows the errors of an aggregate and ends in a circle of causes', () => {
    const circle = new Error('round');
    circle.cause = circle;
    const fields = errorFields(new AggregateError([new Error('one'), circle], 'both'));
    expect(fields.errors?.map(({ message }) => message)).toEqual(['one', 'round']);
  });

  it.each([
    ['text', 'text'],
    [{ token: 'canary' }, 'thrown: object'],
    [undefined, 'thrown: undefined'],
  ])('describes %p, which is no error', (thrown, message) => {
    expect(errorFields(thrown)).toEqual({ name: 'NonError', message });
  });
});

describe(createSilentLogger, () => {
  it('is a logger, and so are its children', () => {
    const logger = createSilentLogger();
    logger.info('nothing');
    expect(logger.child({})).toBe(logger);
  });
});
