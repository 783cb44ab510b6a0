import { describe, expect, it } from '@jest/globals';
import { readComponentMessage, writeComponentMessage } from './component-message.ts';

describe(readComponentMessage, () => {
  it.each(['', 'OlderRevision: changes wait; see e1/2', 'two\nlines'])(
    'takes a version from before what was said: %j',
    (message) => {
      expect(readComponentMessage(writeComponentMessage('1.2.3-rc.1', message))).toEqual({
        version: '1.2.3-rc.1',
        message,
      });
    },
  );

  it.each(['', 'version', 'version of mine is old', 'a version 1.2.3'])(
    'takes none from a message of others: %j',
    (message) => {
      expect(readComponentMessage(message)).toEqual({ message });
    },
  );
});
