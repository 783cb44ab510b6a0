import { status } from '@grpc/grpc-js';
import { batchExporters, dataConnectors, entities, keyStreams, streams } from '@ccd/protocol';
import { describe, expect, it } from '@jest/globals';
import type { Caller } from '../testing/service-rig.ts';
import { useServiceRig } from '../testing/use-service-rig.ts';

const { StreamsServiceService: service } = streams;
const example = 'strmprivacy/example/1.5.0';

describe('StreamsService', () => {
  const rig = useServiceRig();

  const create = async (stream: Parameters<typeof entities.Stream.create>[0], caller?: Caller) => {
    const ref = { projectId: rig().projectId, name: '', billingId: '', ...stream?.ref };
    const wanted = entities.Stream.create({ ...stream, ref });
    return (await rig().call(service.createStream, { stream: wanted }, caller)).stream;
  };
  const masked = (name: string, source: string, patterns: readonly string[], seed = '') =>
    create({
      ref: { name, projectId: rig().projectId },
      linkedStream: source,
      consentLevels: [1],
      maskedFields: { hashType: '', seed, fieldPatterns: { [example]: { fieldPatterns: [...patterns] } } },
    });
  const get = async (name: string, recursive = false) =>
    (
      await rig().call(service.getStream, {
        ref: { name, projectId: rig().projectId, billingId: '' },
        recursive,
      })
    ).streamTree;
  const remove = (name: string, recursive = false, caller?: Caller) =>
    rig().call(
      service.deleteStream,
      { ref: { name, projectId: rig().projectId, billingId: '' }, recursive },
      caller,
    );

  it('creates a source stream with credentials of its own', async () => {
    const created = await create({ ref: { name: 'plain' } });
    expect(created).toMatchObject({ enabled: true, linkedStream: '', consentLevels: [] });
    const [client] = created?.credentials ?? [];
    expect(client?.clientId).toMatch(/^stream-/);
    expect(client?.clientSecret.length).toBeGreaterThan(20);
    expect((await get('plain'))?.stream?.credentials).toStrictEqual(created?.credentials);
  });

  it('names a derived stream after its source and purposes where nobody does', async () => {
    await create({ ref: { name: 'source' } });
    const derived = await create({ linkedStream: 'source', consentLevels: [1, 2] });
    expect(derived).toMatchObject({
      ref: { name: 'source-1-2' },
      consentLevelType: entities.ConsentLevelType.GRANULAR,
    });
  });

  it('shows the seed of a masked stream once', async () => {
    await create({ ref: { name: 'masking' } });
    expect((await masked('masked-1', 'masking', ['consistentValue'], 'hi-there'))?.maskedFields?.seed).toBe(
      'hi-there',
    );
    const made = await masked('masked-2', 'masking', ['consistentValue']);
    expect(made?.maskedFields?.seed).not.toBe('');
    expect((await get('masked-2'))?.stream?.maskedFields?.seed).toBe('****');
  });

  it('shows stars for a seed also where nothing is masked, but in the answer to the creation', async () => {
    const created = await create({ ref: { name: 'unmasked' } });
    expect(created?.maskedFields).toStrictEqual(entities.MaskedFields.create());
    expect((await get('unmasked'))?.stream?.maskedFields?.seed).toBe('****');
  });

  it.each([
    ['a name that is taken', () => create({ ref: { name: 'plain' } }), status.ALREADY_EXISTS, "'plain'"],
    ['a source without a name', () => create({}), status.INVALID_ARGUMENT, 'name'],
    [
      'a source with purposes',
      () => create({ ref: { name: 'odd' }, consentLevels: [1] }),
      status.INVALID_ARGUMENT,
      'consent levels',
    ],
    [
      'a derived stream without purposes',
      () => create({ linkedStream: 'plain' }),
      status.INVALID_ARGUMENT,
      'at least one',
    ],
    [
      'a purpose twice',
      () => create({ linkedStream: 'plain', consentLevels: [1, 1] }),
      status.INVALID_ARGUMENT,
      'once',
    ],
    [
      'an unknown source',
      () => create({ linkedStream: 'nowhere', consentLevels: [1] }),
      status.NOT_FOUND,
      "'nowhere'",
    ],
    [
      'a derived stream as source',
      () => create({ linkedStream: 'source-1-2', consentLevels: [1] }),
      status.INVALID_ARGUMENT,
      'itself derived',
    ],
    [
      'an unknown policy',
      () => create({ ref: { name: 'odd' }, policyId: '7f2f7ae5-ff8e-4a4c-8a0b-0ddba5d1f3a1' }),
      status.NOT_FOUND,
      'Policy',
    ],
    [
      'a masked field that the contract lacks',
      () => masked('odd', 'masking', ['nothing']),
      status.INVALID_ARGUMENT,
      'nothing',
    ],
  ] as const)('refuses %s', async (_case, attempt, code, words) => {
    await expect(attempt()).rejects.toMatchObject({ code, details: expect.stringContaining(words) });
  });

  it('keeps what others hang on, unless everything is to go', async () => {
    await create({ ref: { name: 'tree' } });
    await create({ linkedStream: 'tree', consentLevels: [1] });
    await rig().call(dataConnectors.DataConnectorsServiceService.createDataConnector, {
      dataConnector: entities.DataConnector.create({
        ref: { name: 'bucket', projectId: rig().projectId },
        location: {
          $case: 's3Bucket',
          value: { bucketName: 'bucket', credentials: '{"url":"file:///"}', assumeRoleArn: '' },
        },
      }),
    });
    const { batchExporter } = await rig().call(
      batchExporters.BatchExportersServiceService.createBatchExporter,
      {
        batchExporter: entities.BatchExporter.create({
          ref: { name: 'files', projectId: rig().projectId },
          dataConnectorRef: { name: 'bucket', projectId: rig().projectId },
          streamOrKeyStreamRef: {
            $case: 'streamRef',
            value: entities.StreamRef.create({ name: 'tree-1', projectId: rig().projectId }),
          },
        }),
      },
    );
    expect(batchExporter?.interval?.seconds).toBe(60n);
    await expect(remove('tree')).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringContaining('derived streams (tree-1) and batch exporters (files)'),
    });
    expect(await get('tree', true)).toMatchObject({ derived: [{ ref: { name: 'tree-1' } }] });
    await remove('tree', true);
    await expect(get('tree')).rejects.toMatchObject({ code: status.NOT_FOUND });
    await expect(get('tree-1')).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it('has a key stream for each source', async () => {
    const { keyStreams: found } = await rig().call(
      keyStreams.KeyStreamsServiceService.listKeyStreams,
      keyStreams.ListKeyStreamsRequest.create({ projectId: rig().projectId }),
    );
    expect(found.map(({ ref }) => ref?.name)).toEqual(expect.arrayContaining(['plain', 'source']));
    expect(found.map(({ ref }) => ref?.name)).not.toContain('source-1-2');
  });

  it('lets no one in from outside: not another organisation, nor a user who is no member', async () => {
    for (const caller of ['otherAdmin', 'outsider'] as const) {
      const request = streams.ListStreamsRequest.create({ projectId: rig().projectId });
      await expect(rig().call(service.listStreams, request, caller)).rejects.toMatchObject({
        code: status.NOT_FOUND,
      });
    }
    await expect(remove('plain', false, 'member')).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    await expect(remove('plain', false, 'stream')).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    await expect(remove('plain', false, 'nobody')).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  });
});
