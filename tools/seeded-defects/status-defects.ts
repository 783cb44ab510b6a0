import type { Defect } from './defect.ts';

/** Of what leaves the data plane as status and logs. */
export const statusDefects: readonly Defect[] = [
  {
    name: 'logs of workers are reported unasked',
    file: 'apps/streams-agent/src/start-streams-agent.ts',
    text: '...(config.REPORT_WORKER_LOGS && {',
    replacement: "...(config.STRM_INSTALLATION_ID !== '' && {",
    caughtBy: ['apps/streams-agent/src/streams-agent.test.ts'],
    titles: 'has logged where',
  },
  {
    name: 'a line of a log is reported with all that it has',
    file: 'libs/dataplane/src/agent/worker-log.ts',
    text: '...namesOf(error)];',
    replacement: '...namesOf(error), line];',
    caughtBy: ['libs/dataplane/src/agent/worker-log.test.ts'],
  },
  {
    name: 'a start that failed repeats what its error quotes',
    file: 'libs/service/src/run-main.ts',
    text: 'await notifyFailing(reason, message);',
    replacement: 'await notifyFailing(reason, error instanceof Error ? error.message : message);',
    caughtBy: ['libs/service/src/run-main.test.ts'],
    titles: 'says why it could not start',
  },
];
