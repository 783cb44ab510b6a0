import type { Principal, UserRole } from '../principals.ts';

/** Who may call a method, before the method looks at what the call is about. */
export interface AccessRule {
  /** Roles of users that may; `MEMBER` is everyone. Absent: no user. */
  readonly users?: UserRole;
  readonly installations?: true;
}

const everyone = { users: 'MEMBER' } as const;
const everyoneAndInstallations = { users: 'MEMBER', installations: true } as const;
const projectAdmins = { users: 'PROJECT_ADMIN' } as const;
const approvers = { users: 'APPROVER' } as const;
const installations = { installations: true } as const;

type Rules = Readonly<Record<string, Readonly<Record<string, AccessRule>>>>;

/** The rule of every implemented method, by service and method. A method without a rule is open to nobody. */
export const accessRules: Rules = {
  AccountService: { GetAccountDetails: everyone },
  BatchExportersAgentService: { GetDesiredBatchExporters: installations },
  BatchExportersService: {
    ListBatchExporters: everyone,
    GetBatchExporter: everyone,
    CreateBatchExporter: everyone,
    DeleteBatchExporter: projectAdmins,
  },
  BatchJobsAgentService: { GetDesiredBatchJobs: installations },
  CustomerEntityVersionsService: {
    GetBatchExporterImage: everyoneAndInstallations,
    GetKafkaExporterImage: everyoneAndInstallations,
    GetDecrypterImage: everyoneAndInstallations,
    GetBatchJobRunnerImage: everyoneAndInstallations,
  },
  DataConnectorsAgentService: { GetDesiredDataConnectors: installations },
  DataConnectorsService: {
    ListDataConnectors: everyone,
    GetDataConnector: everyone,
    CreateDataConnector: everyone,
    DeleteDataConnector: projectAdmins,
  },
  DataContractsService: {
    ListDataContracts: everyone,
    GetDataContract: everyoneAndInstallations,
    CreateDataContract: everyone,
    UpdateDataContract: everyone,
    ReviewDataContract: everyone,
    ApproveDataContract: approvers,
    ActivateDataContract: everyone,
    ArchiveDataContract: everyone,
    DeleteDataContract: everyone,
    GetDataContractSchemaDefinition: everyoneAndInstallations,
    ValidateDataContractsMaskedFields: everyone,
    SimpleSchemaDryRun: everyone,
  },
  InstallationsService: {
    GetInstallation: everyone,
    ListInstallations: everyone,
    GetProjectInstallation: everyone,
    ListInstallationProjects: everyone,
  },
  InstalledComponentsService: {
    UpdateInstalledComponentState: installations,
    GetInstalledComponent: everyone,
    ListInstalledComponents: everyone,
    ListInstalledComponentsCurrentStates: everyone,
  },
  KafkaClustersService: {
    ListKafkaClusters: everyone,
    GetKafkaCluster: everyone,
    CreateKafkaCluster: projectAdmins,
    DeleteKafkaCluster: projectAdmins,
  },
  KafkaExportersService: {
    ListKafkaExporters: everyone,
    GetKafkaExporter: everyone,
    CreateKafkaExporter: everyone,
    DeleteKafkaExporter: projectAdmins,
  },
  KafkaUsersService: {
    ListKafkaUsers: everyone,
    GetKafkaUser: everyone,
    CreateKafkaUser: everyone,
    DeleteKafkaUser: projectAdmins,
  },
  KeyStreamsService: { ListKeyStreams: everyone, GetKeyStream: everyone },
  MonitoringService: {
    GetEntityState: everyone,
    GetLatestEntityStates: everyone,
    UpdateEntityStates: installations,
  },
  OrganizationsService: { GetUser: everyone, ListOrganizationMembers: everyone },
  PoliciesService: { ListPolicies: everyoneAndInstallations, GetPolicy: everyoneAndInstallations },
  ProjectsService: {
    ListProjects: everyone,
    GetProject: everyone,
    CreateProject: projectAdmins,
    DeleteProject: projectAdmins,
    ArchiveProject: projectAdmins,
    AddProjectMembers: projectAdmins,
    RemoveProjectMembers: projectAdmins,
    ListProjectMembers: everyone,
  },
  SchemasService: { GetSchema: everyoneAndInstallations },
  StreamsAgentService: { GetStreams: installations },
  StreamsService: {
    ListStreams: everyone,
    ListExtendedStreams: installations,
    GetStream: everyone,
    CreateStream: everyone,
    DeleteStream: projectAdmins,
  },
  UsageService: { GetStreamEventUsage: everyoneAndInstallations, StoreUsageEvent: installations },
};

/** Administrators may do what project administrators and approvers may. */
export function hasRole(roles: readonly UserRole[], wanted: UserRole): boolean {
  return wanted === 'MEMBER' || roles.includes('ADMIN') || roles.includes(wanted);
}

export function mayCall(rule: AccessRule | undefined, principal: Principal): boolean {
  if (rule === undefined) return false;
  switch (principal.realm) {
    case 'users':
      return rule.users !== undefined && hasRole(principal.roles, rule.users);
    case 'installations':
      return rule.installations === true;
    case 'streams':
      return false;
  }
}
