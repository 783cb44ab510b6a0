import type { ClusterObjectKind } from './errors.ts';
import { InvalidSpecError } from './errors.ts';
import type { Labels, SecretSpec, WorkloadSpec } from './port.ts';

/** Kubernetes' rules, on every engine, so that what runs on a laptop runs in a cluster. */
const objectName = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const dataKey = /^[-._a-zA-Z0-9]{1,253}$/;
const labelName = /^(?:[a-z0-9.-]{1,253}\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
const variableName = /^[A-Z_][A-Z0-9_]*$/;
/** These change which code runs, and that is not for the control plane to say. */
const forbiddenVariable = /^(?:PATH|NODE_.*|LD_.*|DYLD_.*|CCD_WORKLOAD_.*|CONFIG_DIR|SECRETS_DIR)$/;
const largestBytes = 1_048_576;

export const isObjectName = (name: string): boolean => objectName.test(name) && !name.includes('..');

const isDataKey = (name: string): boolean => dataKey.test(name) && !name.startsWith('..') && name !== '.';

/** @throws InvalidSpecError */
export function assertWorkloadSpec(spec: WorkloadSpec): void {
  const { name, env, files, secrets, labels } = spec;
  const refuse = toRefusal('workload', name);
  if (!isObjectName(name)) throw refuse('its name is not a DNS subdomain name');
  assertLabels(labels, refuse);
  for (const variable of Object.keys(env)) {
    if (!variableName.test(variable)) throw refuse('a variable is not in UPPER_SNAKE case');
    if (forbiddenVariable.test(variable))
      throw refuse(`the variable ${variable} is not for a workload to set`);
  }
  if (Object.values(env).some((value) => value.includes('\0')))
    throw refuse('a variable has a NUL character');
  if (!Object.keys(files).every(isDataKey)) throw refuse('a file has a name that is not a plain one');
  if (!secrets.every(isObjectName)) throw refuse('a secret has a name that is not a DNS subdomain name');
  assertSize(
    Object.values(files).map((text) => Buffer.byteLength(text)),
    refuse,
  );
}

/** @throws InvalidSpecError */
export function assertSecretSpec({ name, labels, data }: SecretSpec): void {
  const refuse = toRefusal('secret', name);
  if (!isObjectName(name)) throw refuse('its name is not a DNS subdomain name');
  assertLabels(labels, refuse);
  if (!Object.keys(data).every(isDataKey)) throw refuse('a key is not a plain name');
  assertSize(
    Object.values(data).map((bytes) => bytes.byteLength),
    refuse,
  );
}

type Refusal = (why: string) => InvalidSpecError;

const toRefusal =
  (kind: ClusterObjectKind, name: string): Refusal =>
  (why) =>
    // A name that breaks the rules may be anything, so it is not repeated.
    new InvalidSpecError(kind, isObjectName(name) ? name : '(unnamed)', why);

function assertLabels(labels: Labels, refuse: Refusal): void {
  for (const [name, value] of Object.entries(labels)) {
    if (!labelName.test(name) || !labelValue.test(value))
      throw refuse('a label is not a label of Kubernetes');
  }
}

function assertSize(sizes: readonly number[], refuse: Refusal): void {
  if (sizes.reduce((sum, size) => sum + size, 0) > largestBytes)
    throw refuse(`it holds more than ${largestBytes} bytes`);
}

/** Whether `labels` include all of `wanted`. */
export const includesLabels = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);
