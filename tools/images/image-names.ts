/** The apps that have an image, and its name in the registry: that of the public chart, where it has the app. */
export const imageNames = {
  'event-gateway': 'events/event-gateway',
  'web-socket': 'events/web-socket',
  decrypter: 'events/decrypter',
  'batch-exporter': 'events/batch-exporter',
  'streams-agent': 'management/entity-agents/streams-agent',
  'data-connectors-agent': 'management/entity-agents/data-connectors-agent',
  'exporters-agent': 'management/entity-agents/batch-exporters-agent',
  'schema-registry': 'management/entity-agents/confluent-schema-proxy',
  'usage-forwarder': 'management/esr-proxy',
  'control-plane': 'management/control-plane',
  cli: 'management/cli',
} as const satisfies Readonly<Record<string, string>>;

export type ImageApp = keyof typeof imageNames;

export const imageApps = Object.keys(imageNames) as readonly ImageApp[];

export const isImageApp = (name: string): name is ImageApp => Object.hasOwn(imageNames, name);

/** The reference of an app's image in a registry of one's own, as the charts expect it. */
export const toReference = (app: ImageApp, registry: string, tag: string): string =>
  `${registry}/${imageNames[app].replaceAll('/', '_')}:${tag}`;
