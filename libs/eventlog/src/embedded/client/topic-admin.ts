import type { TopicAdmin } from '../../port.ts';
import { assertTopicSpec } from '../../topic-names.ts';
import type { Connection } from './connection-port.ts';

export function createTopicAdmin(connection: Connection): TopicAdmin {
  return {
    async listTopics() {
      const { result } = await connection.ask('topics.list', {});
      return result.topics;
    },
    async describeTopic(name) {
      const { result } = await connection.ask('topics.describe', { topic: name });
      return result.topic;
    },
    async createTopic(spec) {
      assertTopicSpec(spec);
      const { name, partitions, config } = spec;
      const { result } = await connection.write('topics.create', { spec: { name, partitions, config } });
      return result.topic;
    },
    async alterTopic(name, config) {
      await connection.write('topics.alter', { topic: name, config });
    },
    async deleteTopic(name, id) {
      await connection.write('topics.delete', { topic: name, ...(id === undefined ? {} : { uid: id }) });
    },
    async bounds(topic) {
      const { result } = await connection.ask('topics.bounds', { topic });
      return result.bounds;
    },
    async committed(group, topic) {
      const { result } = await connection.ask('offsets.get', { group, topic });
      return result.offsets;
    },
    async deleteGroup(group) {
      await connection.write('offsets.forget', { group });
    },
  };
}
