import { policies } from '@ccd/protocol';
import type { entities } from '@ccd/protocol';
import type { Api } from '../api/api.ts';
import { retiredText } from '../output/retired-text.ts';
import { renderTable } from '../output/table.ts';
import type { Column } from '../output/table.ts';

const topicOf = (stream: entities.Stream): string => retiredText(stream, 'kafkaTopic');

/** The table of streams; policies are looked up where a stream has one. */
export async function renderStreams(api: Api, streams: readonly entities.Stream[]): Promise<string> {
  const names = streams.some(({ policyId }) => policyId !== '')
    ? await policyNames(api)
    : new Map<string, string>();
  const columns: Column<entities.Stream>[] = [
    ['Stream', ({ ref }) => ref?.name],
    ['Derived', ({ linkedStream }) => linkedStream !== ''],
    ['Purposes', ({ consentLevels }) => consentLevels.join(',')],
    ['Enabled', ({ enabled }) => enabled],
    ['Policy Name', ({ policyId }) => names.get(policyId) ?? policyId],
  ];
  if (streams.some((stream) => topicOf(stream) !== '')) {
    columns.push(['Kafka Topic', topicOf]);
  }
  return renderTable(columns, streams);
}

async function policyNames(api: Api): Promise<ReadonlyMap<string, string>> {
  const { value } = await api.call(policies.PoliciesServiceService.listPolicies, {});
  return new Map(value.policies.map(({ id, name }) => [id, name]));
}
