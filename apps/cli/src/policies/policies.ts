import { randomUUID } from 'node:crypto';
import { entities, policies as wire } from '@ccd/protocol';
import { UsageError } from '../cli-error.ts';
import type { ProjectCommand, ProjectContext } from '../command/command.ts';
import { projectCommand } from '../command/define.ts';
import { optionalInteger, optionalText, requiredText, text, toggle } from '../command/flag.ts';
import type { Flag } from '../command/flag.ts';
import { enumName } from '../output/enum-name.ts';
import { jsonOf, lines, sentence } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { renderTable } from '../output/table.ts';
import type { Column } from '../output/table.ts';
import { findPolicy } from './policy-flags.ts';

const service = wire.PoliciesServiceService;

type Policy = entities.Policy;

const id = optionalText('--id <id>', 'id of the policy, instead of its name');
const getDefault = toggle('--get-default-policy', 'show the policy of streams without one');
const newName = requiredText('--name <name>', 'name of the policy');
const name = optionalText('--name <name>', 'new name');
const description = text('--description <text>', 'what the policy is for', '');
const legalGrounds = text('--legal-grounds <text>', 'why data may be kept that long', '');
const retention = optionalInteger('--retention <days>', 'how long keys are kept, in days', 1);

const columns: readonly Column<Policy>[] = [
  ['Name', (policy) => policy.name],
  ['Description', (policy) => policy.description],
  ['Retention(days)', ({ retentionDays }) => retentionDays],
  ['Legal Grounds', (policy) => policy.legalGrounds],
  ['State', ({ state }) => enumName(entities.Policy_State, state).replace('STATE_', '')],
];

const showPolicies = (policies: readonly Policy[]): Output => ({
  table: () => renderTable(columns, policies),
  plain: () => lines(policies.map((policy) => policy.name)),
});

const showPolicy = (policy: Policy | undefined): Output => showPolicies(policy === undefined ? [] : [policy]);

const policyNames = async ({ api }: ProjectContext): Promise<readonly string[]> =>
  (await api.call(service.listPolicies, {})).value.policies.map((policy) => policy.name);

/** The id that the flag or the name gives. */
async function chosenId({ api, args, flags }: ProjectContext): Promise<string> {
  const [given] = args;
  const byId = flags.get(id);
  if ((given === undefined) === (byId === undefined))
    throw new UsageError('give the name of a policy, or --id');
  return byId ?? (await findPolicy(api, given ?? '')).id;
}

export const listPolicies = projectCommand({
  name: 'policies',
  about: 'list the retention policies of the organisation',
  async run({ api }) {
    const answer = await api.call(service.listPolicies, {});
    return { ...jsonOf(answer), ...showPolicies(answer.value.policies) };
  },
});

export const getPolicy = projectCommand({
  name: 'policy',
  args: '[name]',
  about: 'show one retention policy',
  flags: [id, getDefault],
  candidates: policyNames,
  async run(context) {
    const policyId = context.flags.get(getDefault) ? '' : await chosenId(context);
    const answer = await context.api.call(service.getPolicy, { policyId });
    return { ...jsonOf(answer), ...showPolicy(answer.value.policy) };
  },
});

export const createPolicy = projectCommand({
  name: 'policy',
  about: 'create a retention policy',
  details: 'A new policy is a draft; activate it before a stream can use it.',
  flags: [newName, description, legalGrounds, retention],
  async run({ api, flags }) {
    const retentionDays = flags.get(retention);
    if (retentionDays === undefined) throw new UsageError('--retention is required');
    const answer = await api.call(service.createPolicy, {
      policy: entities.Policy.create({
        id: randomUUID(),
        name: flags.get(newName),
        description: flags.get(description),
        legalGrounds: flags.get(legalGrounds),
        retentionDays,
      }),
    });
    return { ...jsonOf(answer), ...showPolicy(answer.value.policy) };
  },
});

export const updatePolicy = projectCommand({
  name: 'policy',
  args: '<id>',
  about: 'change a retention policy that is still a draft',
  flags: [name, description, legalGrounds, retention],
  async run({ api, args, flags }) {
    const policy = entities.Policy.create({
      id: args[0] ?? '',
      name: flags.get(name) ?? '',
      description: flags.get(description),
      legalGrounds: flags.get(legalGrounds),
      retentionDays: flags.get(retention) ?? 0,
    });
    const paths: Readonly<Record<string, Flag<unknown>>> = {
      name,
      description,
      legal_grounds: legalGrounds,
      retention_days: retention,
    };
    const updateMask = Object.keys(paths).filter((path) => {
      const flag = paths[path];
      return flag !== undefined && flags.given(flag);
    });
    if (updateMask.length === 0) throw new UsageError('nothing to change was given');
    const answer = await api.call(service.updatePolicy, { policy, updateMask });
    return { ...jsonOf(answer), ...showPolicy(answer.value.policy) };
  },
});

export const deletePolicy = projectCommand({
  name: 'policy',
  args: '[name]',
  about: 'delete a retention policy that is a draft or archived',
  flags: [id],
  candidates: policyNames,
  async run(context) {
    const answer = await context.api.call(service.deletePolicy, { policyId: await chosenId(context) });
    return { ...jsonOf(answer), ...sentence('Policy has been deleted') };
  },
});

const moveTo = (about: string, state: entities.Policy_State): ProjectCommand =>
  projectCommand({
    name: 'policy',
    args: '[name]',
    about,
    flags: [id],
    candidates: policyNames,
    async run(context) {
      const answer = await context.api.call(service.updatePolicy, {
        policy: entities.Policy.create({ id: await chosenId(context), state }),
        updateMask: ['state'],
      });
      return { ...jsonOf(answer), ...showPolicy(answer.value.policy) };
    },
  });

export const activatePolicy = moveTo('let streams use a policy', entities.Policy_State.STATE_ACTIVE);
export const archivePolicy = moveTo('let no new stream use a policy', entities.Policy_State.STATE_ARCHIVED);
