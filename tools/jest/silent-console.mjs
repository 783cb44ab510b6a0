import { afterEach, beforeEach, expect, jest } from '@jest/globals';

// Tests are silent: whatever reaches the console is a message that nobody asserted.
const methods = ['log', 'info', 'warn', 'error', 'debug'];
let spies = [];

beforeEach(() => {
  spies = methods.map((method) => jest.spyOn(console, method).mockImplementation(() => {}));
});

afterEach(() => {
  const calls = spies.flatMap((spy) => spy.mock.calls);
  spies.forEach((spy) => spy.mockRestore());
  expect(calls).toEqual([]);
});
