/** Another instance is the one that writes by now: the topic is left to it, as far as this one has come. */
export class WritesClosedError extends Error {
  override readonly name = 'WritesClosedError';
  readonly topic: string;
  constructor(topic: string) {
    super(`topic ${topic} is left to the instance that writes by now`);
    this.topic = topic;
  }
}
