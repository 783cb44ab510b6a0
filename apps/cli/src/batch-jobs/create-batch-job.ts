import { batchJobs as wire, entities } from '@ccd/protocol';
import { projectCommand } from '../command/define.ts';
import { choice, requiredText } from '../command/flag.ts';
import { readUserFile } from '../files/read-user-file.ts';
import { parseUserMessage, parseUserYaml } from '../files/user-message.ts';
import { jsonOf } from '../output/output.ts';
import { policyFlags, policyIdOf } from '../policies/policy-flags.ts';
import { showJobs } from './batch-jobs.ts';

const file = requiredText('-F, --file <file>', 'configuration of the job, as JSON');
const type = choice(
  '-T, --type <type>',
  'what the job does',
  ['encryption', 'micro-aggregation'],
  'encryption',
);

type Job = NonNullable<entities.BatchJobWrapper['job']>;

export const createBatchJob = projectCommand({
  name: 'batch-job',
  about: 'encrypt, or make anonymous, one file',
  details: 'Where the configuration names data connectors, the project is filled in.',
  examples: ['create batch-job -F job.json', 'create batch-job -F job.json -T micro-aggregation'],
  flags: [file, type, ...policyFlags],
  async run(context) {
    const { api, flags, project } = context;
    const path = flags.get(file);
    const json = parseUserYaml(await readUserFile(path), path);
    const parse = (message: string) => parseUserMessage(`strmprivacy.api.entities.v1.${message}`, json, path);
    const job =
      flags.get(type) === 'encryption'
        ? encryption(entities.BatchJob.decode(parse('BatchJob')), project.id, await policyIdOf(context))
        : aggregation(
            entities.MicroAggregationBatchJob.decode(parse('MicroAggregationBatchJob')),
            project.id,
          );
    const answer = await api.call(
      wire.BatchJobsServiceService.createBatchJob,
      wire.CreateBatchJobRequest.create({ job: { job } }),
    );
    const created = answer.value.job;
    return { ...jsonOf(answer), ...showJobs(created === undefined ? [] : [created]) };
  },
});

const ownRef = (ref: entities.BatchJobRef | undefined, projectId: string): entities.BatchJobRef =>
  entities.BatchJobRef.create({ ...ref, projectId });

function placed<T extends entities.DataConnectorAndType | undefined>(
  place: T,
  projectId: string,
): T | entities.DataConnectorAndType {
  if (place?.dataConnectorRef === undefined) return place;
  return { ...place, dataConnectorRef: { ...place.dataConnectorRef, projectId } };
}

const placedTarget = <T extends { target: entities.DataConnectorAndType | undefined }>(
  data: T,
  projectId: string,
): T => ({ ...data, target: placed(data.target, projectId) });

function encryption(job: entities.BatchJob, projectId: string, policyId: string): Job {
  const { encryptedData, encryptionKeysData } = job;
  return {
    $case: 'encryptionBatchJob',
    value: {
      ...job,
      ref: ownRef(job.ref, projectId),
      sourceData: placed(job.sourceData, projectId),
      encryptedData: encryptedData && placedTarget(encryptedData, projectId),
      encryptionKeysData: encryptionKeysData && placedTarget(encryptionKeysData, projectId),
      derivedData: job.derivedData.map((derived) => placedTarget(derived, projectId)),
      policyId: policyId || job.policyId,
    },
  };
}

const aggregation = (job: entities.MicroAggregationBatchJob, projectId: string): Job => ({
  $case: 'microAggregationBatchJob',
  value: {
    ...job,
    ref: ownRef(job.ref, projectId),
    sourceData: placed(job.sourceData, projectId),
    targetData: placed(job.targetData, projectId),
  },
});
