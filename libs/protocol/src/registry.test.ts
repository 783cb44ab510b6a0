import { getOption } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { protocolRegistry } from './index.ts';

describe(protocolRegistry, () => {
  it('is built once', () => {
    expect(protocolRegistry()).toBe(protocolRegistry());
  });

  it('finds services and their messages by full name', () => {
    const method = protocolRegistry().getService('strmprivacy.api.streams.v1.StreamsService')?.method[
      'getStream'
    ];
    expect(method?.output.typeName).toBe('strmprivacy.api.streams.v1.GetStreamResponse');
  });

  it('carries the options of the public protocol', () => {
    const rules = protocolRegistry().getExtension('validate.rules');
    const field = protocolRegistry().getMessage('strmprivacy.api.entities.v1.StreamRef')?.field['projectId'];
    if (rules === undefined || field === undefined) throw new Error('nothing to read');
    expect(getOption(field, rules)).toMatchObject({
      type: { case: 'string', value: { wellKnown: { case: 'uuid', value: true } } },
    });
  });
});
