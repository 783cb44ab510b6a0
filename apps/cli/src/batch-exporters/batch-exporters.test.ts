import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { batchExporters as wire, dataConnectors, entities } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { demoProject } from '../testing/scripted-server.ts';

const scratch = scratchDir();
const service = wire.BatchExportersServiceService;
const projectId = demoProject.id;

describe('batch exporters', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig(scratch);
    rig.server.on(service.createBatchExporter, ({ batchExporter }) => ({
      batchExporter: batchExporter && { ...batchExporter, ref: { ...name('s3-demo'), billingId: '' } },
    }));
  });
  afterEach(() => {
    rig.server.close();
  });

  const name = (of: string) => ({ name: of, projectId });
  const connectors = (...names: string[]): void => {
    rig.server.on(dataConnectors.DataConnectorsServiceService.listDataConnectors, () => ({
      dataConnectors: names.map((of) => entities.DataConnector.create({ ref: name(of) })),
    }));
  };
  const created = (): unknown => rig.server.requests('BatchExportersService/CreateBatchExporter')[0];

  it('use the only data connector, and write each minute, unless told otherwise', async () => {
    connectors('s3-mine');
    expect((await rig.run('create', 'batch-exporter', 'demo')).out).toBe(
      [
        'BATCH EXPORTER  STREAM  DATA CONNECTOR  INCLUDE EXISTING EVENTS  INTERVAL    PATH PREFIX',
        's3-demo         demo    s3-mine         false                    60 seconds',
        '',
      ].join('\n'),
    );
    expect(created()).toEqual({
      batchExporter: entities.BatchExporter.create({
        ref: { projectId },
        streamOrKeyStreamRef: { $case: 'streamRef', value: name('demo') },
        interval: { seconds: 60n, nanos: 0 },
        dataConnectorRef: name('s3-mine'),
      }),
    });
  });

  it('export keys, from the oldest on, to where they are told', async () => {
    const where = ['--data-connector', 'other', '--name', 'keys', '--path-prefix', 'in/keys'];
    const { out } = await rig.run(
      ...['create', 'batch-exporter', 'demo', '--export-keys', '--include-existing-events'],
      ...[...where, '--interval', '30'],
    );
    expect(out).toContain('demo (key stream)');
    expect(created()).toEqual({
      batchExporter: entities.BatchExporter.create({
        ref: name('keys'),
        streamOrKeyStreamRef: { $case: 'keyStreamRef', value: name('demo') },
        interval: { seconds: 30n, nanos: 0 },
        pathPrefix: 'in/keys',
        includeExistingEvents: true,
        dataConnectorRef: name('other'),
      }),
    });
  });

  it.each([
    [[], 'The project has no data connector. See: strm create data-connector --help\n'],
    [['one', 'two'], 'The project has several data connectors; give --data-connector, one of one, two\n'],
  ])('ask which connector where it is not clear: %j', async (names, problem) => {
    connectors(...names);
    expect((await rig.run('create', 'batch-exporter', 'demo')).err).toBe(problem);
    expect(created()).toBeUndefined();
  });

  it('are shown as protobuf JSON with durations in seconds', async () => {
    rig.server.on(service.listBatchExporters, () => ({
      batchExporters: [
        entities.BatchExporter.create({
          ref: name('s3-demo'),
          streamOrKeyStreamRef: { $case: 'keyStreamRef', value: name('demo') },
          interval: { seconds: 90n, nanos: 0 },
        }),
      ],
    }));
    expect(JSON.parse((await rig.run('list', 'batch-exporters', '-o', 'json')).out)).toEqual({
      batchExporters: [{ ref: name('s3-demo'), keyStreamRef: name('demo'), interval: '90s' }],
    });
    expect((await rig.run('list', 'batch-exporters', '-o', 'plain')).out).toBe('s3-demo\n');
  });

  it('are deleted', async () => {
    rig.server.on(service.deleteBatchExporter, () => ({}));
    expect((await rig.run('delete', 'batch-exporter', 's3-demo')).out).toBe(
      'Batch Exporter has been deleted\n',
    );
  });
});
