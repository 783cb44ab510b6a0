import { createCapturingLogger } from '@ccd/service/testing';
import { describe, expect, it } from '@jest/globals';
import { createTurnLog, turnOf } from './turn.ts';

describe(turnOf, () => {
  it('is unknown only where it is not ours and cannot be asked for', () => {
    const why = 'the API server is away';
    expect(turnOf({ isHeld: () => true, problem: () => why })).toEqual({ is: 'ours' });
    expect(turnOf({ isHeld: () => false, problem: () => undefined })).toEqual({ is: 'not ours' });
    expect(turnOf({ isHeld: () => false, problem: () => why })).toEqual({ is: 'unknown', why });
  });
});

describe(createTurnLog, () => {
  it('tells each reason once, and when it is over', () => {
    const { logger, entries } = createCapturingLogger();
    const { noteTurn } = createTurnLog(logger);
    noteTurn({ is: 'not ours' });
    for (const why of ['reset', 'timeout', 'reset', 'timeout']) noteTurn({ is: 'unknown', why });
    noteTurn({ is: 'ours' });
    noteTurn({ is: 'ours' });
    noteTurn({ is: 'unknown', why: 'reset' });
    expect(entries.map(({ level, fields }) => [level, fields['detail']])).toEqual([
      ['warn', 'reset'],
      ['warn', 'timeout'],
      ['info', undefined],
      ['warn', 'reset'],
    ]);
  });
});
