import { batchJobs as wire, entities } from '@ccd/protocol';
import type { ProjectContext } from '../command/command.ts';
import { projectCommand } from '../command/define.ts';
import { deleteEach } from '../output/delete-each.ts';
import { enumName } from '../output/enum-name.ts';
import { jsonOf, lines } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { renderTable } from '../output/table.ts';

const service = wire.BatchJobsServiceService;

/** The newest state of a job, whatever the order they came in. */
function newest({ states }: Pick<entities.BatchJob, 'states'>): entities.BatchJobState | undefined {
  const time = ({ stateTime }: entities.BatchJobState): number => stateTime?.getTime() ?? 0;
  return [...states].sort((a, b) => time(b) - time(a))[0];
}

const idOf = ({ job }: entities.BatchJobWrapper): string => job?.value.ref?.id ?? '';

export function showJobs(jobs: readonly entities.BatchJobWrapper[]): Output {
  const rows = jobs.map((wrapper) => ({
    id: idOf(wrapper),
    state: wrapper.job === undefined ? undefined : newest(wrapper.job.value),
  }));
  return {
    table: () =>
      renderTable<(typeof rows)[number]>(
        [
          ['Batch Job id', ({ id }) => id],
          ['Timestamp', ({ state }) => state?.stateTime?.toISOString()],
          ['State', ({ state }) => state && enumName(entities.BatchJobStateType, state.state)],
          ['Details', ({ state }) => state?.message],
        ],
        rows,
      ),
    plain: () => lines(rows.map(({ id }) => id)),
  };
}

const fetchAll = ({ api, project }: ProjectContext) =>
  api.call(service.listBatchJobs, wire.ListBatchJobsRequest.create({ projectId: project.id }));

const jobIds = async (context: ProjectContext): Promise<readonly string[]> =>
  (await fetchAll(context)).value.jobs.map(idOf);

export const listBatchJobs = projectCommand({
  name: 'batch-jobs',
  about: 'list the batch jobs of the project',
  async run(context) {
    const answer = await fetchAll(context);
    return { ...jsonOf(answer), ...showJobs(answer.value.jobs) };
  },
});

export const getBatchJob = projectCommand({
  name: 'batch-job',
  args: '<id>',
  about: 'show one batch job; as json with all its states',
  candidates: jobIds,
  async run({ api, args, project }) {
    const [id = ''] = args;
    const answer = await api.call(
      service.getBatchJob,
      wire.GetBatchJobRequest.create({ ref: { id, projectId: project.id } }),
    );
    const { job } = answer.value;
    return { ...jsonOf(answer), ...showJobs(job === undefined ? [] : [job]) };
  },
});

export const deleteBatchJob = projectCommand({
  name: 'batch-job',
  args: '<ids...>',
  about: 'delete batch jobs; the files that they wrote stay',
  candidates: jobIds,
  async run(context) {
    const { api, project } = context;
    return deleteEach(context, 'Batch Job has been deleted', (id) =>
      api.call(
        service.deleteBatchJob,
        wire.DeleteBatchJobRequest.create({ ref: { id, projectId: project.id } }),
      ),
    );
  },
});
