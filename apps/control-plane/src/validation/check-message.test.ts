import { describe, expect, it } from '@jest/globals';
import { batchJobs, dataContracts, entities, organizations, streams } from '@ccd/protocol';
import { assertValid, checkMessage } from './check-message.ts';
import { RuleViolationError } from './violation.ts';

const projectId = '01234567-89ab-cdef-0123-456789abcdef';

function createStream(stream: Parameters<typeof entities.Stream.fromPartial>[0]) {
  return checkMessage(
    'strmprivacy.api.streams.v1.CreateStreamRequest',
    streams.CreateStreamRequest.fromPartial({ stream }),
  );
}

describe(checkMessage, () => {
  it('accepts a source stream without a name', () => {
    expect(createStream({ ref: { projectId } })).toEqual([]);
  });

  it('names a nested field by its path from the request on, as the proto spells it', () => {
    expect(createStream({ ref: { projectId: 'mine' } })).toEqual([
      {
        path: 'stream.ref.project_id',
        rule: 'string.uuid',
        message: 'must be a UUID, as in 01234567-89ab-cdef-0123-456789abcdef',
      },
    ]);
  });

  it('tells of every field that is wrong, once', () => {
    const found = createStream({ ref: { name: '\u0007' }, policyId: 'x', tags: ['a', 'b', 'a'] });
    expect(found.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
      'stream.ref.name string.min_len',
      'stream.ref.project_id string.uuid',
      'stream.tags repeated.unique',
      'stream.policy_id string.uuid',
    ]);
  });

  it('names items of lists by their place, and values of maps by their key', () => {
    const fieldPatterns = { 'acme/clicks/1.0.0': { fieldPatterns: ['url', 'strmMeta/nonce'] } };
    const [found] = createStream({ ref: { projectId }, maskedFields: { fieldPatterns } });
    expect(found?.path).toBe('stream.masked_fields.field_patterns["acme/clicks/1.0.0"].field_patterns[1]');
  });

  it('looks into the member of a oneof that is set', () => {
    const request = batchJobs.CreateBatchJobRequest.fromPartial({
      job: { job: { $case: 'microAggregationBatchJob', value: {} } },
    });
    const found = checkMessage('strmprivacy.api.batch_jobs.v1.CreateBatchJobRequest', request);
    expect(found[0]).toEqual({
      path: 'job.micro_aggregation_batch_job.ref',
      rule: 'message.required',
      message: 'is required',
    });
  });

  it('says of an empty text that it is missing', () => {
    const request = dataContracts.GetDataContractSchemaCodeRequest.fromPartial({});
    const [found] = checkMessage(
      'strmprivacy.api.data_contracts.v1.GetDataContractSchemaCodeRequest',
      request,
    );
    expect(found?.message).toBe('must not be empty: it must be one of java, typescript, python, rust');
  });

  it('never repeats a value', () => {
    const secret = 'correct-horse\u0007';
    const found = checkMessage(
      'strmprivacy.api.entities.v1.KafkaExporterTarget',
      entities.KafkaExporterTarget.fromPartial({ clusterRef: { name: secret }, clientSecret: secret }),
    );
    expect(found).toHaveLength(2);
    expect(JSON.stringify(found)).not.toContain('correct-horse');
  });

  it('follows types that contain themselves, and refuses more than 100 levels', () => {
    const nested = (levels: number): ReturnType<typeof entities.SimpleSchemaNode.fromPartial> => {
      let node = entities.SimpleSchemaNode.fromPartial({ type: 1, name: 'leaf' });
      for (let level = 1; level < levels; level++) {
        node = entities.SimpleSchemaNode.fromPartial({ type: 10, name: 'node', nodes: [node] });
      }
      return node;
    };
    const check = (levels: number) =>
      checkMessage('strmprivacy.api.entities.v1.SimpleSchemaNode', nested(levels)).map(({ rule }) => rule);
    expect(check(101)).toEqual([]);
    expect(check(102)).toEqual(['depth']);
  });

  it('stops at 100 violations', () => {
    const userInvites = Array.from({ length: 500 }, () => ({ email: 'nobody' }));
    const request = organizations.InviteUsersRequest.fromPartial({ userInvites });
    expect(checkMessage('strmprivacy.api.organizations.v1.InviteUsersRequest', request)).toHaveLength(100);
  });

  it('takes a message with fields left out for one with their defaults', () => {
    expect(checkMessage('strmprivacy.api.streams.v1.ListStreamsRequest', {}).map(({ path }) => path)).toEqual(
      ['project_id'],
    );
  });

  it('names a type that the protocol does not have', () => {
    expect(() => checkMessage('strmprivacy.api.entities.v1.River', {})).toThrow(
      'the protocol has no message strmprivacy.api.entities.v1.River',
    );
  });
});

describe(assertValid, () => {
  it('lets a valid message pass', () => {
    expect(() => {
      assertValid('strmprivacy.api.entities.v1.StreamRef', { name: 'demo', projectId, billingId: '' });
    }).not.toThrow();
  });

  it('throws what is wrong as one sentence for people, with the violations apart', () => {
    const act = () => {
      assertValid('strmprivacy.api.entities.v1.StreamRef', { name: 'x', projectId: '', billingId: '' });
    };
    expect(act).toThrow(RuleViolationError);
    expect(act).toThrow(
      'name must have at least 2 characters, and has 1; project_id must not be empty: it must be a UUID, as in 01234567-89ab-cdef-0123-456789abcdef',
    );
  });
});
