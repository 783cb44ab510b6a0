import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { batchJobs as wire, entities } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { demoProject } from '../testing/scripted-server.ts';

const scratch = scratchDir();
const service = wire.BatchJobsServiceService;
const projectId = demoProject.id;
const place = { data_connector_ref: { name: 'mine' }, file_name: 'in.csv' };

describe('batch jobs', () => {
  let rig: Rig;
  const state = (hour: number, state: entities.BatchJobStateType, message = '') => ({
    stateTime: new Date(Date.UTC(2026, 0, 1, hour)),
    state,
    message,
  });
  const { FINISHED, PENDING, RUNNING } = entities.BatchJobStateType;
  const job = entities.BatchJobWrapper.create({
    job: {
      $case: 'encryptionBatchJob',
      value: entities.BatchJob.create({
        ref: { id: 'job-1', projectId },
        states: [state(1, RUNNING), state(2, FINISHED, 'all done'), state(0, PENDING)],
      }),
    },
  });

  beforeEach(async () => {
    rig = await createRig(scratch);
    rig.server.on(service.createBatchJob, () => ({ job, batchJob: undefined }));
    rig.server.on(service.listBatchJobs, () => ({ jobs: [job], batchJobs: [] }));
    rig.server.on(service.deleteBatchJob, () => ({}));
  });
  afterEach(() => {
    rig.server.close();
  });

  const create = (config: unknown, ...argv: string[]) => {
    const file = join(rig.folder, 'job.json');
    writeFileSync(file, JSON.stringify(config));
    return rig.run('create', 'batch-job', '-F', file, ...argv);
  };
  const created = (): entities.BatchJobWrapper['job'] => {
    const [request] = rig.server.requests('BatchJobsService/CreateBatchJob');
    return wire.CreateBatchJobRequest.create(request ?? {}).job?.job;
  };

  it('are shown with their newest state', async () => {
    expect((await rig.run('list', 'batch-jobs')).out).toBe(
      'BATCH JOB ID  TIMESTAMP                 STATE     DETAILS\n' +
        'job-1         2026-01-01T02:00:00.000Z  FINISHED  all done\n',
    );
  });

  it('are created with the project in every reference, and the policy of the flag', async () => {
    await create(
      {
        source_data: place,
        encryptedData: { target: place },
        encryption_keys_data: { target: place },
        derived_data: [{ target: place, consent_levels: [2] }],
        policy_id: 'of the file',
      },
      ...['--policy-id', 'of the flag'],
    );
    const placed = { dataConnectorRef: { name: 'mine', projectId }, fileName: 'in.csv' };
    expect(created()).toMatchObject({
      $case: 'encryptionBatchJob',
      value: {
        ref: { id: '', projectId },
        sourceData: placed,
        encryptedData: { target: placed },
        encryptionKeysData: { target: placed },
        derivedData: [{ target: placed, consentLevels: [2] }],
        policyId: 'of the flag',
      },
    });
  });

  it('make data anonymous', async () => {
    await create({ source_data: place, target_data: place }, '-T', 'micro-aggregation');
    expect(created()).toMatchObject({
      $case: 'microAggregationBatchJob',
      value: { ref: { projectId }, targetData: { dataConnectorRef: { projectId } } },
    });
  });

  it('are refused with a field that is not known', async () => {
    expect((await create({ sourceDate: {} })).err).toContain('"sourceDate" is unknown');
  });

  it('are deleted', async () => {
    expect((await rig.run('delete', 'batch-job', 'job-1')).out).toBe('Batch Job has been deleted\n');
  });
});
