import { describe, expect, it } from '@jest/globals';
import { eventLogOptions } from '../options.ts';

const parse = (bootstrapServers: string) => eventLogOptions.parse({ engine: 'kafka', bootstrapServers });

describe('the options of the Kafka engine', () => {
  it('take one server or several, by name or by address', () => {
    expect(parse('kafka.kafka:9092, [::1]:9093,10.0.0.1:9094')).toMatchObject({
      bootstrapServers: [
        { host: 'kafka.kafka', port: 9_092 },
        { host: '::1', port: 9_093 },
        { host: '10.0.0.1', port: 9_094 },
      ],
      security: { protocol: 'PLAINTEXT' },
    });
  });

  it.each(['', 'kafka', 'kafka:', 'kafka:0', 'kafka:70000', 'a:1,,b:2', 'http://kafka:9092', 'kafka:9092/'])(
    'refuse %j as servers',
    (servers) => {
      expect(() => parse(servers)).toThrow(/host:port pairs/);
    },
  );
});
