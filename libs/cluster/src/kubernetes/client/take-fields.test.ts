import { describe, expect, it } from '@jest/globals';
import { takeFields } from './take-fields.ts';

const taker = { manager: 'us', apiVersion: 'apps/v1' };
const entry = (
  manager: string,
  operation: string,
  fieldsV1: Record<string, unknown>,
  subresource?: string,
) => ({
  manager,
  operation,
  fieldsV1,
  ...(subresource !== undefined && { subresource }),
});
const ours = entry('us', 'Apply', { 'f:spec': { 'f:replicas': {} } });

describe(takeFields, () => {
  it('counts to what we have applied what somebody else manages, and leaves them the rest', () => {
    const theirs = entry('them', 'Update', { 'f:spec': { 'f:paused': {}, 'f:hostNetwork': {} } });
    expect(takeFields([ours, theirs], [['spec', 'hostNetwork']], taker)).toEqual([
      entry('them', 'Update', { 'f:spec': { 'f:paused': {} } }),
      entry('us', 'Apply', { 'f:spec': { 'f:replicas': {}, 'f:hostNetwork': {} } }),
    ]);
  });

  it('drops whoever is left with nothing, and what is above a field and holds no other', () => {
    const theirs = entry('them', 'Apply', { 'f:spec': { 'f:template': { 'f:command': {} } } });
    expect(takeFields([ours, theirs], [['spec', 'template', 'command']], taker)).toEqual([
      entry('us', 'Apply', { 'f:spec': { 'f:replicas': {}, 'f:template': { 'f:command': {} } } }),
    ]);
  });

  it('takes elements of lists whole, by the keys that the lists have', () => {
    const element = { '.': {}, 'f:name': {}, 'f:image': {} };
    const theirs = entry('them', 'Update', {
      'f:containers': {
        'k:{"name":"x"}': element,
        'k:{"name":"y"}': { 'f:volumeMounts': { 'k:{"mountPath":"/x"}': element } },
      },
    });
    const paths = [
      ['containers', '[x]'],
      ['containers', '[y]', 'volumeMounts', '[/x]'],
    ];
    expect(takeFields([entry('us', 'Apply', {}), theirs], paths, taker)).toEqual([
      entry('us', 'Apply', {
        'f:containers': {
          'k:{"name":"x"}': {},
          'k:{"name":"y"}': { 'f:volumeMounts': { 'k:{"mountPath":"/x"}': {} } },
        },
      }),
    ]);
  });

  it('takes the whole of what we manage a part of', () => {
    const part = entry('us', 'Apply', { 'f:spec': { 'f:x': { 'f:a': {} } } });
    expect(takeFields([part], [['spec', 'x']], taker)).toEqual([
      entry('us', 'Apply', { 'f:spec': { 'f:x': { '.': {}, 'f:a': {} } } }),
    ]);
  });

  it('takes what nobody manages, also where all records of who manages what are gone', () => {
    const fieldsV1 = { 'f:spec': { 'f:hostNetwork': {} } };
    const rest = { apiVersion: 'apps/v1', fieldsType: 'FieldsV1' };
    expect(takeFields([], [['spec', 'hostNetwork']], taker)).toEqual([
      { ...entry('us', 'Apply', fieldsV1), ...rest },
    ]);
  });

  it.each([
    ['no field is to be taken', []],
    ['they have been taken', [['spec', 'replicas']]],
  ])('changes nothing where %s', (_title, paths) => {
    const theirs = entry('them', 'Update', { 'f:spec': { 'f:paused': {} } });
    expect(takeFields([ours, theirs], paths, taker)).toBeUndefined();
  });
});
