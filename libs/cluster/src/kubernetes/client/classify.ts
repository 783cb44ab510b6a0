import {
  AlreadyExistsError,
  ClusterUnavailableError,
  ConflictError,
  DeniedError,
  InvalidSpecError,
} from '../../errors.ts';
import type { ClusterObjectKind } from '../../errors.ts';
import { z } from 'zod';
import { ApiError, NoAnswerError } from './api-error.ts';

interface Subject {
  readonly kind: ClusterObjectKind;
  readonly name: string;
}

/** What went wrong, in the words of the port. What is not of the API server stays as it is. */
export function toPortError(error: unknown, { kind, name }: Subject): unknown {
  if (error instanceof NoAnswerError) return new ClusterUnavailableError(error.message, { cause: error });
  if (error instanceof z.ZodError)
    return new ClusterUnavailableError('the API server answered with what is no object of Kubernetes', {
      cause: error,
    });
  if (!(error instanceof ApiError)) return error;
  const { code, reason } = error;
  if (code === 409) {
    return reason === 'AlreadyExists'
      ? new AlreadyExistsError(kind, name, { cause: error })
      : new ConflictError(kind, name, { cause: error });
  }
  const denial = toDenial(error);
  if (denial) return new DeniedError(kind, name, denial.reason, denial.message, { cause: error });
  if (code === 404) return new ConflictError(kind, name, { cause: error });
  if (code === 400 || code === 413 || code === 422) return new InvalidSpecError(kind, name, faultsOf(error));
  return new ClusterUnavailableError(
    code === 401
      ? 'the API server does not know us: look at the token of the service account, or at the kubeconfig'
      : `the API server answered ${code}${reason === '' ? '' : ` (${reason})`}`,
    { retryAfterMs: error.retryAfterMs, cause: error },
  );
}

interface Denial {
  readonly reason: string;
  readonly message: string;
}

/** Somebody has decided that it is not to be: a quota, an admission policy, a role. */
function toDenial({ code, message, reason, causes }: ApiError): Denial | undefined {
  const policy = /ValidatingAdmissionPolicy '([^']{1,253})'/.exec(message)?.[1];
  if (policy !== undefined && code >= 400 && code < 500)
    return denied(
      'AdmissionDenied',
      `the admission policy ${policy} refuses it: change the policy or the pod template`,
    );
  const webhook = /admission webhook "([^"]{1,253})" denied/.exec(message)?.[1];
  if (webhook !== undefined)
    return denied('AdmissionDenied', `the admission webhook ${webhook} refuses it: look at its rules`);
  if (code === 404 && /^namespaces? /.test(message))
    return denied(
      'NamespaceMissing',
      'the namespace does not exist: make it, or correct KUBERNETES_NAMESPACE',
    );
  if (code !== 403) return undefined;
  if (causes.some((cause) => cause.reason === 'NamespaceTerminating'))
    return denied('NamespaceTerminating', 'the namespace is being deleted');
  if (/exceeded quota|failed quota/.test(message))
    return denied('QuotaExceeded', `a quota of the namespace leaves no room: raise it${quotaOf(message)}`);
  if (/violates PodSecurity/.test(message))
    return denied('AdmissionDenied', 'the pod security standard of the namespace refuses it');
  if (reason === 'Forbidden' && / cannot /.test(message))
    return denied(
      'Forbidden',
      'the service account of the agent lacks a permission: compare its Role with the chart',
    );
  return denied('AdmissionDenied', 'the API server refuses it: look at the admission rules of the cluster');
}

const denied = (reason: string, message: string): Denial => ({ reason, message });

const quotaOf = (message: string): string => {
  const name = /exceeded quota: ([a-z0-9.-]{1,253})/.exec(message)?.[1];
  return name === undefined ? '' : ` (${name})`;
};

/** Which fields it found fault with. Values stay out: those of a Secret would be secrets. */
function faultsOf({ code, causes }: ApiError): string {
  if (code === 413) return 'it is too large';
  const faults = causes
    .filter(({ field }) => field !== '')
    .map(({ field, reason }) => `${field} (${reason})`);
  return faults.length === 0 ? `the API server refused it with ${code}` : faults.slice(0, 5).join(', ');
}
