import type { DescField } from '@bufbuild/protobuf';
import { fullNameOf } from './field-rules.ts';
import type { FieldRules, RuleValue } from './field-rules.ts';
import { semanticVersion } from './patterns.ts';

/** A rule of the public protocol that clients and published examples break, and what is asked of them instead. */
export interface Exception {
  /** Full name of the field. */
  readonly field: string;
  /** By kind and name (`string.min_len`): what the rule asks for here; undefined drops it. Lengths are bigint. */
  readonly instead: Readonly<Record<string, RuleValue | undefined>>;
  readonly reason: string;
}

const shortNames = [
  'strmprivacy.api.entities.v1.BatchExporterRef.name',
  'strmprivacy.api.entities.v1.DataConnectorRef.name',
  'strmprivacy.api.entities.v1.KeyStreamRef.name',
  'strmprivacy.api.entities.v1.StreamRef.name',
  'strmprivacy.api.usage.v1.StoreUsageEventRequest.stream',
].map((field) => ({
  field,
  instead: { 'string.min_len': 2n },
  reason:
    'Published examples name a data connector s3. One length for whatever a project contains, that of project names, is easier to remember than two.',
}));

const credentialIds = [
  'strmprivacy.api.credentials.v1.DeleteCredentialRequest.client_id',
  'strmprivacy.api.credentials.v1.GetCredentialRequest.client_id',
].map((field) => ({
  field,
  instead: { 'string.uuid': undefined, 'string.min_len': 1n },
  reason: 'The client ids that are handed out are not UUIDs: stream-, and random letters and digits.',
}));

/** The exceptions from the rules that the protos carry; everything else holds as it stands there. */
export const exceptions: readonly Exception[] = [
  ...shortNames,
  ...credentialIds,
  {
    field: 'strmprivacy.api.cli.v1.GetReleaseRequest.version',
    instead: {
      'string.pattern': semanticVersion,
    },
    reason: 'The pattern ends in the flags of another language (/gm), so that no text can match it.',
  },
  {
    field: 'strmprivacy.api.entities.v1.DataConnectorAndType.data_type',
    instead: { 'message.required': undefined },
    reason: 'Published job configurations leave it out and mean CSV in UTF-8.',
  },
  {
    field: 'strmprivacy.api.entities.v1.DataContract.project_id',
    instead: { 'string.ignore_empty': true },
    reason:
      'The requests that carry a contract name its project beside it or know it from the contract itself; an empty one is filled in.',
  },
  {
    field: 'strmprivacy.api.entities.v1.Schema.ref',
    instead: { 'message.required': undefined },
    reason:
      'The schema of a contract always has the reference of its contract, so it need not be said twice.',
  },
];

/** The rules of a field with the exceptions made. */
export function withExceptions(field: DescField, rules: FieldRules, made: readonly Exception[]): FieldRules {
  const exception = made.find((candidate) => candidate.field === fullNameOf(field));
  if (exception === undefined) return rules;
  return rules.map((group) => {
    const changed = new Map(group.rules);
    for (const [rule, value] of Object.entries(exception.instead)) {
      const [kind, ruleName = ''] = rule.split('.');
      if (kind !== group.kind) continue;
      if (value === undefined) changed.delete(ruleName);
      else changed.set(ruleName, value);
    }
    return { ...group, rules: changed };
  });
}
