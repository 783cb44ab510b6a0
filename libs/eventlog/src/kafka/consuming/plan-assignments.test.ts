import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { partitionKey } from '../../consuming/partition-key.ts';
import { planAssignments } from './plan-assignments.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from './subscription-codec.ts';

const partitions = Array.from({ length: 6 }, (_, partition) => ({ topic: 't', partition }));

describe(planAssignments, () => {
  it('gives nothing that another member has not let go of, and all of it in the end', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 6 }), (owners) => {
        // Member 3 has left, so that what it owned is free.
        const members = [0, 1, 2];
        let owned = new Map(
          members.map((member) => [`m${member}`, partitions.filter((_, index) => owners[index] === member)]),
        );
        for (let round = 0; round < 2; round++) {
          const before = new Map(
            [...owned].flatMap(([id, places]) => places.map((each) => [partitionKey(each), id])),
          );
          const plan = planAssignments(
            new Map([...owned].map(([id, places]) => [id, { topics: ['t'], owned: places }])),
            partitions,
          );
          for (const [id, places] of plan) {
            for (const each of places) expect(before.get(partitionKey(each)) ?? id).toBe(id);
          }
          owned = plan;
        }
        expect([...owned.values()].map((places) => places.length)).toEqual([2, 2, 2]);
      }),
    );
  });

  it('leaves what is balanced where it is', () => {
    const members = new Map([
      ['a', { topics: ['t'], owned: partitions.slice(3) }],
      ['b', { topics: ['t'], owned: partitions.slice(0, 3) }],
    ]);
    expect(planAssignments(members, partitions)).toEqual(
      new Map([
        ['a', partitions.slice(3)],
        ['b', partitions.slice(0, 3)],
      ]),
    );
  });
});

describe('what members and their leader tell each other', () => {
  it('comes back as it was', () => {
    const subscription = {
      topics: ['t', 'ü'],
      owned: [...partitions.slice(0, 2), { topic: 'ü', partition: 7 }],
    };
    expect(decodeSubscription(encodeSubscription(subscription))).toEqual(subscription);
    expect(decodeAssignment(encodeAssignment(subscription.owned))).toEqual(subscription.owned);
    expect(decodeAssignment(Buffer.alloc(0))).toEqual([]);
  });

  it('may come from a member that says nothing of what it owns', () => {
    const ofVersion0 = Buffer.concat([
      Buffer.from([0, 0]),
      Buffer.from([0, 0, 0, 0]),
      Buffer.from([0, 0, 0, 0]),
    ]);
    expect(decodeSubscription(ofVersion0)).toEqual({ topics: [], owned: [] });
  });
});
