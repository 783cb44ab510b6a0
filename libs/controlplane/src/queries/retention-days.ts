import { policies } from '@ccd/protocol';
import { isUuid, requireMessage, requireWithin } from '../convert/fields.ts';
import type { GrpcCaller } from '../transport/grpc-caller.ts';
import { ask, orUndefined } from './ask.ts';

const longestDays = 365_000;

/** Days for which a policy keeps keys; '' asks for the default policy. */
export async function fetchRetentionDays(
  caller: GrpcCaller,
  policyId: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (policyId !== '' && !isUuid(policyId)) return undefined;
  const { getPolicy } = policies.PoliciesServiceService;
  return orUndefined(
    ask(caller, getPolicy, { policyId }, signal, ({ policy }) =>
      requireWithin(requireMessage(policy, 'policy').retentionDays, 'retention_days', 1, longestDays),
    ),
  );
}
