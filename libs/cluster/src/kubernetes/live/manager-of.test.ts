import { describe, expect, it } from '@jest/globals';
import { managerOf, manages } from './manager-of.ts';

const entry = (manager: string, fieldsV1: Record<string, unknown>) => ({
  manager,
  operation: 'Update',
  fieldsV1,
});

describe(managerOf, () => {
  it.each([
    ['a field', ['spec', 'replicas'], { 'f:spec': { 'f:replicas': {} } }],
    [
      'a label, whose name has dots',
      ['metadata', 'labels', 'a.b/c'],
      { 'f:metadata': { 'f:labels': { 'f:a.b/c': {} } } },
    ],
    [
      'a field of an element of a list',
      ['spec', 'containers', '[app]', 'image'],
      { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:image': {} } } } },
    ],
    ['a field of what is managed as a whole', ['spec', 'drop', '[0]'], { 'f:spec': { 'f:drop': {} } }],
  ])('names who else wrote %s', (_title, path, fields) => {
    expect(managerOf([entry('ours', fields), entry('theirs', fields)], path, 'ours')).toBe('theirs');
    expect(managerOf([entry('ours', fields)], path, 'ours')).toBeUndefined();
  });

  it('names nobody who wrote something beside it', () => {
    const fields = {
      'f:spec': { '.': {}, 'f:paused': {}, 'f:containers': { 'k:{"name":"b"}': { 'f:image': {} } } },
    };
    expect(managerOf([entry('theirs', fields)], ['spec', 'replicas'], 'ours')).toBeUndefined();
    expect(
      managerOf([entry('theirs', fields)], ['spec', 'containers', '[a]', 'image'], 'ours'),
    ).toBeUndefined();
  });
});

describe(manages, () => {
  const fields = { 'f:spec': { 'f:affinity': { 'f:podAffinity': {} } } };
  it.each([
    ['the field', ['spec', 'affinity', 'podAffinity'], true],
    ['anything within it', ['spec', 'affinity'], true],
    ['something beside it', ['spec', 'replicas'], false],
  ])('tells whether one has written %s', (_title, path, expected) => {
    expect(manages([entry('ours', fields)], path, 'ours')).toBe(expected);
    expect(manages([entry('theirs', fields)], path, 'ours')).toBe(false);
  });
});
