import type { ContractName, ContractState } from '@ccd/contracts';
import { entities } from '@ccd/protocol';
import { booleanOf, bytesOf, numberOf, optionalTextOf, textOf } from '../database/columns.ts';
import type { Queryable, Row, SqlValue } from '../database/database.ts';
import { sqlState } from '../database/database.ts';
import { alreadyExists } from '../rpc/status-error.ts';
import { isUuid } from '../uuid.ts';

/** A data contract as it is stored: its content as a public message, and what changes apart from it. */
export interface StoredContract {
  readonly id: string;
  /** `handle/name/version` */
  readonly ref: string;
  readonly state: ContractState;
  readonly isPublic: boolean;
  /** Absent for the contracts that come with the product. */
  readonly organizationId?: string;
  /** Absent also once the project is gone. */
  readonly projectId?: string;
  readonly confluentId: number;
  /** Without id, state and the like, which stand beside it. */
  readonly content: entities.DataContract;
}

export type NewContract = Omit<StoredContract, 'ref' | 'confluentId'> & { readonly name: ContractName };

const columns =
  'id, handle, name, version, state, is_public, organization_id, project_id, confluent_id, message';

export async function findContractById(database: Queryable, id: string): Promise<StoredContract | undefined> {
  if (!isUuid(id)) return undefined;
  const [contract] = await read(database, 'id = $1', [id]);
  return contract;
}

export async function findContractByRef(
  database: Queryable,
  { handle, name, version }: ContractName,
): Promise<StoredContract | undefined> {
  const condition = 'handle = $1 AND name = $2 AND version = $3';
  const [contract] = await read(database, condition, [handle, name, version]);
  return contract;
}

export async function findContractByConfluentId(
  database: Queryable,
  confluentId: number,
): Promise<StoredContract | undefined> {
  const [contract] = await read(database, 'confluent_id = $1', [confluentId]);
  return contract;
}

/** Those of a project, and those that anybody may use. */
export function contractsForProject(
  database: Queryable,
  projectId: string,
): Promise<readonly StoredContract[]> {
  return read(database, 'project_id = $1 OR is_public', [projectId]);
}

/** @throws StatusError ALREADY_EXISTS */
export async function insertContract(database: Queryable, contract: NewContract, now: Date): Promise<void> {
  const { handle, name, version } = contract.name;
  try {
    await database.query(
      `INSERT INTO data_contracts
         (id, handle, name, version, state, is_public, organization_id, project_id, message, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        contract.id,
        handle,
        name,
        version,
        contract.state,
        contract.isPublic,
        contract.organizationId ?? null,
        contract.projectId ?? null,
        encode(contract.content),
        now,
      ],
    );
  } catch (error) {
    if (sqlState(error) === '23505') throw alreadyExists('Data contract', `${handle}/${name}/${version}`);
    throw error;
  }
}

/** Writes what a contract's state and content have become. */
export async function updateContract(
  database: Queryable,
  { id, state, isPublic, content }: Pick<StoredContract, 'id' | 'state' | 'isPublic' | 'content'>,
): Promise<void> {
  await database.query('UPDATE data_contracts SET state = $2, is_public = $3, message = $4 WHERE id = $1', [
    id,
    state,
    isPublic,
    encode(content),
  ]);
}

export async function removeContract(database: Queryable, id: string): Promise<void> {
  await database.query('DELETE FROM data_contracts WHERE id = $1', [id]);
}

async function read(
  database: Queryable,
  condition: string,
  parameters: readonly SqlValue[],
): Promise<readonly StoredContract[]> {
  const rows = await database.query(
    `SELECT ${columns} FROM data_contracts WHERE ${condition} ORDER BY handle, name, version`,
    parameters,
  );
  return rows.map(toContract);
}

const states: readonly ContractState[] = [
  'INCOMPLETE',
  'DRAFT',
  'IN_REVIEW',
  'APPROVED',
  'ACTIVE',
  'ARCHIVED',
];

function toContract(row: Row): StoredContract {
  const organizationId = optionalTextOf(row, 'organization_id');
  const projectId = optionalTextOf(row, 'project_id');
  const state = states.find((each) => each === row['state']);
  if (state === undefined) throw new TypeError('a contract in the database has an unknown state');
  return {
    id: textOf(row, 'id'),
    ref: `${textOf(row, 'handle')}/${textOf(row, 'name')}/${textOf(row, 'version')}`,
    state,
    isPublic: booleanOf(row, 'is_public'),
    confluentId: numberOf(row, 'confluent_id'),
    content: entities.DataContract.decode(bytesOf(row, 'message')),
    ...(organizationId === undefined ? {} : { organizationId }),
    ...(projectId === undefined ? {} : { projectId }),
  };
}

const encode = (content: entities.DataContract): Uint8Array => entities.DataContract.encode(content).finish();
