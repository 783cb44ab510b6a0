import { describe, expect, it } from '@jest/globals';
import { compileSchema } from './event-schema.ts';
import { publicContracts } from './public-contracts.ts';

const definitionOf = (ref: string): string =>
  publicContracts.find((contract) => contract.ref === ref)?.schema.definition ?? '';

describe('publicContracts', () => {
  it('has the schema that the published drivers come with, by its published fingerprint', () => {
    const published = definitionOf('strmprivacy/demo/1.0.2').replaceAll('strmprivacy', 'streammachine');
    expect(compileSchema(published).fingerprint).toBe(6093265390869578999n);
  });

  it('lets events in that schema name the example as their contract, as the drivers do', () => {
    const [demo, example] = ['strmprivacy/demo/1.0.2', 'strmprivacy/example/1.3.0'].map((ref) =>
      compileSchema(definitionOf(ref)),
    );
    expect(demo?.fingerprint).toBe(example?.fingerprint);
  });
});
