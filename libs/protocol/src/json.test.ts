import { describe, expect, it } from '@jest/globals';
import { entities, messageFromJson, messageToJson, streams } from './index.ts';

const streamType = 'strmprivacy.api.entities.v1.Stream';

describe(messageToJson, () => {
  it('writes 64-bit integers as text and leaves defaults out', () => {
    const bytes = entities.Stream.encode(
      entities.Stream.fromPartial({ enabled: false, limits: { eventRate: 99n } }),
    ).finish();
    expect(messageToJson(streamType, bytes)).toEqual({ limits: { eventRate: '99' } });
  });

  it('writes defaults on request', () => {
    expect(
      messageToJson('strmprivacy.api.entities.v1.StreamRef', new Uint8Array(), {
        alwaysEmitImplicit: true,
        useProtoFieldName: true,
      }),
    ).toEqual({ billing_id: '', name: '', project_id: '' });
  });

  it('writes durations and times as the protobuf JSON mapping has them', () => {
    const exporter = entities.BatchExporter.fromPartial({ interval: { seconds: 60n } });
    expect(
      messageToJson(
        'strmprivacy.api.entities.v1.BatchExporter',
        entities.BatchExporter.encode(exporter).finish(),
      ),
    ).toEqual({ interval: '60s' });
    const state = entities.BatchJobState.fromPartial({
      stateTime: new Date('2010-12-01T07:26:00.5Z'),
      state: 5,
    });
    expect(
      messageToJson(
        'strmprivacy.api.entities.v1.BatchJobState',
        entities.BatchJobState.encode(state).finish(),
      ),
    ).toEqual({ stateTime: '2010-12-01T07:26:00.500Z', state: 'FINISHED' });
  });

  it('names a type that the protocol does not have', () => {
    expect(() => messageToJson('strmprivacy.api.entities.v1.River', new Uint8Array())).toThrow(
      'the protocol has no message strmprivacy.api.entities.v1.River',
    );
  });
});

describe(messageFromJson, () => {
  it('reads both spellings of a field', () => {
    const read = (json: Record<string, string>) =>
      entities.StreamRef.decode(messageFromJson('strmprivacy.api.entities.v1.StreamRef', json));
    expect(read({ projectId: 'p' }).projectId).toBe('p');
    expect(read({ project_id: 'p' }).projectId).toBe('p');
  });

  it('refuses an unknown field, by name, unless asked to pass over it', () => {
    const type = 'strmprivacy.api.streams.v1.ListStreamsRequest';
    expect(() => messageFromJson(type, { recursiv: true })).toThrow(/recursiv/);
    const bytes = messageFromJson(type, { recursiv: true }, { ignoreUnknownFields: true });
    expect(streams.ListStreamsRequest.decode(bytes).recursive).toBe(false);
  });
});
