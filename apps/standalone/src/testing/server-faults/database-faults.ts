import { eventually } from '@ccd/testkit';
import type { PostgresServer } from '@ccd/testkit/servers';
import { Client } from 'pg';
import type { Fault } from './fault.ts';

/** Ends every connection on which something is under way, and says how many those were. */
const terminateBusy = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`;

/** The control plane's database goes away under it. */
export function databaseFaults(server: PostgresServer, url: string): readonly Fault[] {
  return [
    { name: 'PostgreSQL restarted', times: 10, inject: () => server.restart() },
    {
      name: 'PostgreSQL killed',
      times: 10,
      async inject() {
        await server.kill();
        await server.restart();
      },
    },
    {
      name: 'PostgreSQL terminated in mid-transaction',
      times: 30,
      async inject() {
        const client = new Client({ connectionString: url });
        await client.connect();
        try {
          await eventually(
            'a transaction',
            async () => ((await client.query(terminateBusy)).rowCount ?? 0) > 0,
            60_000,
            1,
          );
        } finally {
          await client.end();
        }
      },
    },
  ];
}
