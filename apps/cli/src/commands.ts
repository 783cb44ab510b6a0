import { agent } from './agent/agent.ts';
import { auth } from './auth-commands/auth.ts';
import { createBatchExporter } from './batch-exporters/create-batch-exporter.ts';
import {
  deleteBatchExporter,
  getBatchExporter,
  listBatchExporters,
} from './batch-exporters/batch-exporters.ts';
import { deleteBatchJob, getBatchJob, listBatchJobs } from './batch-jobs/batch-jobs.ts';
import { createBatchJob } from './batch-jobs/create-batch-job.ts';
import { group } from './command/define.ts';
import { completion } from './completion/completion.ts';
import { context } from './context/context.ts';
import { createDataConnector } from './data-connectors/create-data-connector.ts';
import {
  deleteDataConnector,
  getDataConnector,
  listDataConnectors,
} from './data-connectors/data-connectors.ts';
import {
  activateDataContract,
  approveDataContract,
  archiveDataContract,
  reviewDataContract,
} from './data-contracts/contract-states.ts';
import { createDataContract } from './data-contracts/create-data-contract.ts';
import { deleteDataContract, getDataContract, listDataContracts } from './data-contracts/data-contracts.ts';
import {
  deleteDataSubjects,
  listDataSubjectKeylinks,
  listDataSubjects,
} from './data-subjects/data-subjects.ts';
import { getInstallation, listInstallations } from './installations/installations.ts';
import { listInstalledComponents } from './installations/installed-components.ts';
import { getKafkaCluster, listKafkaClusters } from './kafka/kafka-clusters.ts';
import {
  createKafkaExporter,
  deleteKafkaExporter,
  getKafkaExporter,
  listKafkaExporters,
} from './kafka/kafka-exporters.ts';
import { createKafkaUser, deleteKafkaUser, getKafkaUser, listKafkaUsers } from './kafka/kafka-users.ts';
import { getKeyStream, listKeyStreams } from './key-streams/key-streams.ts';
import { logs } from './monitoring/logs.ts';
import { monitor } from './monitoring/monitor.ts';
import {
  activatePolicy,
  archivePolicy,
  createPolicy,
  deletePolicy,
  getPolicy,
  listPolicies,
  updatePolicy,
} from './policies/policies.ts';
import {
  createProject,
  deleteProject,
  getProject,
  listProjects,
  manageProject,
} from './projects/projects.ts';
import {
  createPurposeMapping,
  getPurposeMapping,
  listPurposeMappings,
} from './purpose-mappings/purpose-mappings.ts';
import { getSchemaCode } from './schema-code/schema-code.ts';
import { listenGroup } from './streaming/listen.ts';
import { simulate } from './streaming/simulate.ts';
import { createStream } from './streams/create-stream.ts';
import { deleteStream, getStream, listStreams } from './streams/streams.ts';
import { getUsage } from './usage/usage.ts';
import { getUser, inviteUsers, listUsers, manageUserRoles } from './users/users.ts';
import { versionCommand } from './version-command.ts';

/** Every command of `strm`, by verb. */
export const commands = group('strm', 'Streams of events in your own cloud, private by design.', [
  group('create', 'make something new', [
    createStream,
    createDataConnector,
    createBatchExporter,
    createBatchJob,
    createDataContract,
    createKafkaExporter,
    createKafkaUser,
    createProject,
    createPolicy,
    createPurposeMapping,
  ]),
  group('get', 'show one thing', [
    getStream,
    getDataConnector,
    getBatchExporter,
    getBatchJob,
    getDataContract,
    getKeyStream,
    getKafkaExporter,
    getKafkaUser,
    getKafkaCluster,
    getProject,
    getPolicy,
    getPurposeMapping,
    getInstallation,
    getUser,
    getUsage,
    getSchemaCode,
  ]),
  group('list', 'show everything of a kind', [
    listStreams,
    listDataConnectors,
    listBatchExporters,
    listBatchJobs,
    listDataContracts,
    listKeyStreams,
    listKafkaExporters,
    listKafkaUsers,
    listKafkaClusters,
    listProjects,
    listPolicies,
    listPurposeMappings,
    listInstallations,
    listInstalledComponents,
    listUsers,
    listDataSubjects,
    listDataSubjectKeylinks,
  ]),
  group('delete', 'remove something', [
    deleteStream,
    deleteDataConnector,
    deleteBatchExporter,
    deleteBatchJob,
    deleteDataContract,
    deleteKafkaExporter,
    deleteKafkaUser,
    deleteProject,
    deletePolicy,
    deleteDataSubjects,
  ]),
  group('review', 'ask for a review', [reviewDataContract]),
  group('approve', 'approve what is in review', [approveDataContract]),
  group('activate', 'put something in force', [activateDataContract, activatePolicy]),
  group('archive', 'take something out of force', [archiveDataContract, archivePolicy]),
  group('update', 'change something', [updatePolicy]),
  group('invite', 'ask people in', [inviteUsers]),
  group('manage', 'set who may do what', [manageProject, manageUserRoles]),
  monitor,
  logs,
  simulate,
  listenGroup,
  context,
  auth,
  agent,
  completion,
  versionCommand,
]);
