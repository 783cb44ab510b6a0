import * as protocol from '@ccd/protocol';
import type { Implementation, ServiceDefinition } from './rpc/handlers.ts';

/** Every service of the public protocol that `implemented` lacks, without a method: each answers UNIMPLEMENTED. */
export function unimplementedServices(implemented: readonly Implementation[]): readonly Implementation[] {
  const present = new Set(implemented.map(({ service }) => service));
  return Object.values(protocol)
    .flatMap((namespace) => (typeof namespace === 'object' ? Object.entries(namespace) : []))
    .filter(([name, value]) => name.endsWith('ServiceService') && isServiceDefinition(value))
    .map(([, value]) => value as unknown as ServiceDefinition)
    .filter((service) => !present.has(service))
    .map((service) => ({ service, handlers: {} }));
}

function isServiceDefinition(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && Object.values(value).every((method) => isMethod(method))
  );
}

function isMethod(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'path' in value && 'requestDeserialize' in value;
}
