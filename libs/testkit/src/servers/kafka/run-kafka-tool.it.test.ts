import { expect, it } from '@jest/globals';
import { describeWithServers, runKafkaTool, ServerFailedError, startKafka, useServer } from '../index.ts';

const topics = 'org.apache.kafka.tools.TopicCommand';

describeWithServers('kafka', 'runKafkaTool', () => {
  const server = useServer(() => startKafka());

  it('gives what the tool printed', async () => {
    const at = ['--bootstrap-server', server().brokers.join()];
    await runKafkaTool(topics, [...at, '--create', '--topic', 'made-by-the-tool'], 60_000);
    expect(await runKafkaTool(topics, [...at, '--list'], 60_000)).toBe('made-by-the-tool\n');
  }, 120_000);

  it('does not wait for one beyond its time', async () => {
    const endless = runKafkaTool(
      'org.apache.kafka.tools.consumer.ConsoleConsumer',
      ['--bootstrap-server', server().brokers.join(), '--topic', 'made-by-the-tool'],
      2_000,
    );
    await expect(endless).rejects.toThrow(ServerFailedError);
  });
});
