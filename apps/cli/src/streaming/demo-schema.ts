import { compileSchema, publicContracts } from '@ccd/contracts';
import type { EventSchema } from '@ccd/contracts';
import type { DemoEvent } from './random-event.ts';

/** The contract that the simulator's events follow; its schema is compiled in, so that none is fetched. */
export const demoSchemaRef = 'strmprivacy/example/1.5.0';

let compiled: EventSchema | undefined;

/** The event as bare Avro binary. */
export function encodeDemoEvent(event: DemoEvent): Uint8Array {
  compiled ??= compileDemoSchema();
  return compiled.encode({ ...event });
}

function compileDemoSchema(): EventSchema {
  const contract = publicContracts.find(({ ref }) => ref === demoSchemaRef);
  if (contract === undefined) throw new Error(`${demoSchemaRef} is not one of the public contracts`);
  return compileSchema(contract.schema.definition);
}
