import { describe, expect, it } from '@jest/globals';
import { ArgumentError, parseArguments } from './arguments.ts';

const start = (...argv: string[]) => parseArguments(argv, '/home/ann');

describe(parseArguments, () => {
  it('runs the demo on loopback where nothing is said', () => {
    expect(start()).toStrictEqual({
      kind: 'start',
      options: { dataDir: '/home/ann/data', host: '127.0.0.1', port: 8080, demo: true, engines: 'embedded' },
    });
  });

  it('takes the folder as seen from where the command was typed', () => {
    expect(start('--data', '../elsewhere', '--port', '9000', '--no-demo')).toStrictEqual({
      kind: 'start',
      options: {
        dataDir: '/home/elsewhere',
        host: '127.0.0.1',
        port: 9000,
        demo: false,
        engines: 'embedded',
      },
    });
  });

  it('keeps the data of real engines in a folder of their own', () => {
    expect(start('--engines', 'real')).toMatchObject({
      options: { dataDir: '/home/ann/data-real', engines: 'real' },
    });
  });

  it('takes networks that connectors may lead to', () => {
    expect(start('--allow-networks', '127.0.0.0/8, fd00::/8')).toMatchObject({
      options: { allowedNetworks: '127.0.0.0/8, fd00::/8' },
    });
  });

  it('explains itself when asked, whatever else is said', () => {
    expect(start('--help', '--port', 'x')).toStrictEqual({ kind: 'help' });
  });

  it.each([
    [['--port', 'x'], '--port is "x"'],
    [['--port', '65533'], 'from 1 to 65532'],
    [['--prot', '1'], "Unknown option '--prot'"],
    [['streams'], "Unexpected argument 'streams'"],
    [['--data', ''], '--data is empty'],
    [['--allow-networks', '10.0.0.0/8,minio'], 'give networks'],
    [['--engines', 'kafka'], 'give embedded or real'],
  ])('refuses %j in words', (argv, words) => {
    expect(() => start(...argv)).toThrow(ArgumentError);
    expect(() => start(...argv)).toThrow(words);
  });
});
