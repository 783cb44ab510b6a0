import { describe, expect, it } from '@jest/globals';
import { protocolRegistry } from '@ccd/protocol';
import { checkMessage, createChecker } from './check-message.ts';
import { exceptions } from './exceptions.ts';
import { rulesOf } from './field-rules.ts';
import { validMessage, withField } from './testing/rule-samples.ts';

const asItStands = createChecker([]);

function fieldNamed(fullName: string) {
  const dot = fullName.lastIndexOf('.');
  const type = protocolRegistry().getMessage(fullName.slice(0, dot));
  const field = type?.fields.find(({ name }) => name === fullName.slice(dot + 1));
  if (type === undefined || field === undefined) throw new Error(`no field ${fullName}`);
  return { type, field };
}

/** What clients send against the rule, and what stays refused, by the field that has an exception. */
const cases = {
  'strmprivacy.api.entities.v1.BatchExporterRef.name': { accepted: 's3', refused: 's' },
  'strmprivacy.api.entities.v1.DataConnectorRef.name': { accepted: 's3', refused: '' },
  'strmprivacy.api.entities.v1.KeyStreamRef.name': { accepted: 'tv', refused: 't' },
  'strmprivacy.api.entities.v1.StreamRef.name': { accepted: 'tv', refused: 't' },
  'strmprivacy.api.usage.v1.StoreUsageEventRequest.stream': { accepted: 'tv', refused: '' },
  'strmprivacy.api.credentials.v1.DeleteCredentialRequest.client_id': {
    accepted: 'stream-8kd0zv2yq5',
    refused: '',
  },
  'strmprivacy.api.credentials.v1.GetCredentialRequest.client_id': {
    accepted: 'stream-8kd0zv2yq5',
    refused: '',
  },
  'strmprivacy.api.cli.v1.GetReleaseRequest.version': { accepted: 'v3.16.1', refused: '3.16' },
  'strmprivacy.api.entities.v1.DataConnectorAndType.data_type': { accepted: undefined },
  'strmprivacy.api.entities.v1.DataContract.project_id': { accepted: '', refused: 'my-project' },
  'strmprivacy.api.entities.v1.Schema.ref': { accepted: undefined },
};

describe('the exceptions', () => {
  it('are all tried below', () => {
    expect(exceptions.map(({ field }) => field).toSorted()).toEqual(Object.keys(cases).toSorted());
  });

  it.each(exceptions)('change rules that $field really has, and say why', ({ field, instead, reason }) => {
    const groups = rulesOf(fieldNamed(field).field);
    for (const rule of Object.keys(instead))
      expect(groups.map(({ kind }) => kind)).toContain(rule.split('.')[0]);
    expect(reason).toMatch(/\.$/);
  });

  it.each(Object.entries(cases))('accept for %s what the rule refuses', (name, { accepted }) => {
    const { type, field } = fieldNamed(name);
    const message = withField(validMessage(type), field, accepted);
    expect(asItStands(type.typeName, message)).toHaveLength(1);
    expect(checkMessage(type.typeName, message)).toEqual([]);
  });

  it.each(Object.entries(cases).filter(([, given]) => 'refused' in given))(
    'leave %s a rule',
    (name, given) => {
      const { type, field } = fieldNamed(name);
      const refused = 'refused' in given ? given.refused : undefined;
      expect(checkMessage(type.typeName, withField(validMessage(type), field, refused))).toEqual([
        expect.objectContaining({ path: field.name }),
      ]);
    },
  );
});
