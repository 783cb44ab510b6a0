import { installations, monitoring } from '@ccd/protocol';
import { fromComponentState, fromEntityState } from './convert/state-reports.ts';
import type { ControlPlane, EntityStateReport } from './domain.ts';
import { compileSettings } from './options.ts';
import type { ControlPlaneOptions } from './options.ts';
import { fetchClientStreams } from './queries/client-streams.ts';
import { fetchContract, fetchSchema } from './queries/contracts.ts';
import { createDesiredState } from './queries/desired-state.ts';
import { fetchRetentionDays } from './queries/retention-days.ts';
import { fetchCountedEvents, sendUsage } from './queries/usage.ts';
import { createKeyedHash } from './snapshot/hash-spec.ts';
import { createGrpcCaller } from './transport/grpc-caller.ts';
import { createTokenSource } from './transport/token-source.ts';

const { updateEntityStates } = monitoring.MonitoringServiceService;
const { updateInstalledComponentState } = installations.InstalledComponentsServiceService;

/** States per message of the stream, well below the size that any server accepts. */
const statesPerMessage = 500;

/**
 * Connects an agent or an app of the data plane with its control plane. Nothing is sent before the first call.
 *
 * Every call has a deadline and carries a token of the installation, which is fetched, renewed and, when the server
 * refuses it, replaced once. Calls that only read are repeated with backoff; reports are not, since by then there is
 * something newer to report.
 *
 * The answers of desired state are kept and named with the next request, so that a server that would send the same
 * again need not: then the snapshot is the very same object.
 *
 * A caller's `AbortSignal.timeout` that runs out reads as ControlPlaneUnavailableError; any other abort rejects with
 * its own reason.
 *
 * @throws InvalidOptionsError
 */
export function connectControlPlane({
  clock,
  random = Math.random,
  ...given
}: ControlPlaneOptions): ControlPlane {
  const settings = compileSettings(given);
  const {
    authUrl,
    clientId,
    clientSecret,
    attemptTimeoutMs: timeoutMs,
    tls,
    installationId,
    proxy,
  } = settings;
  const ca = tls === 'off' ? undefined : tls.ca;
  const tokens = createTokenSource({ authUrl, clientId, clientSecret, clock, timeoutMs, ca, proxy });
  const caller = createGrpcCaller({ settings, tokens, clock, random });

  return {
    ...createDesiredState(caller, createKeyedHash(settings.hashSecret ?? clientSecret)),
    clientStreams: (clientIds, signal) => fetchClientStreams(caller, clientIds, signal),
    contract: (ref, signal) => fetchContract(caller, ref, signal),
    schemaById: (schemaId, signal) => fetchSchema(caller, schemaId, signal),
    retentionDays: (policyId, signal) => fetchRetentionDays(caller, policyId, signal),
    async reportEntityStates(states, signal) {
      if (states.length === 0) return;
      await caller.clientStream(updateEntityStates, toMessages(states), { signal, idempotent: false });
    },
    async reportComponentState(state, signal) {
      const request = fromComponentState(installationId, state);
      await caller.unary(updateInstalledComponentState, request, { signal, idempotent: false });
    },
    countedEvents: (stream, signal) => fetchCountedEvents(caller, stream, signal),
    reportUsage: (report, signal) => sendUsage(caller, report, signal),
    close() {
      tokens.close();
      caller.close();
    },
  };
}

function toMessages(states: readonly EntityStateReport[]): monitoring.UpdateEntityStatesRequest[] {
  const messages: monitoring.UpdateEntityStatesRequest[] = [];
  for (let from = 0; from < states.length; from += statesPerMessage) {
    messages.push({ states: states.slice(from, from + statesPerMessage).map(fromEntityState) });
  }
  return messages;
}
