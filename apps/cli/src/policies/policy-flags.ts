import { policies as wire } from '@ccd/protocol';
import { CliError, UsageError } from '../cli-error.ts';
import type { AccountContext } from '../command/command.ts';
import { text } from '../command/flag.ts';

const policyId = text('--policy-id <id>', 'id of the retention policy', '');
const policyName = text('--policy-name <name>', 'name of the retention policy', '');

/** How a policy is named on commands that attach one. */
export const policyFlags = [policyId, policyName] as const;

/** The id of the policy that the flags name, empty for the default. @throws CliError, UsageError */
export async function policyIdOf({ api, flags }: AccountContext): Promise<string> {
  const name = flags.get(policyName);
  const id = flags.get(policyId);
  if (name === '') return id;
  if (id !== '') throw new UsageError('give --policy-id or --policy-name, not both');
  return (await findPolicy(api, name)).id;
}

/** The policy of a name. @throws CliError */
export async function findPolicy(api: AccountContext['api'], name: string) {
  const { value } = await api.call(wire.PoliciesServiceService.listPolicies, {});
  const policy = value.policies.find((candidate) => candidate.name === name);
  if (policy === undefined) throw new CliError(`There is no policy '${name}'. See: strm list policies`);
  return policy;
}
