import { streams as wire } from '@ccd/protocol';
import type { entities } from '@ccd/protocol';
import type { ProjectContext } from '../command/command.ts';
import { projectCommand } from '../command/define.ts';
import { recursive } from '../command/global-flags.ts';
import { deleteEach } from '../output/delete-each.ts';
import { jsonOf, lines } from '../output/output.ts';
import type { Output } from '../output/output.ts';
import { renderStreams } from './stream-table.ts';

const service = wire.StreamsServiceService;

/** The names of the project's streams, for the shell. */
export async function streamNames({ api, project }: ProjectContext): Promise<readonly string[]> {
  const request = wire.ListStreamsRequest.create({ projectId: project.id });
  const { value } = await api.call(service.listStreams, request);
  return namesOf(value.streams.flatMap(({ stream }) => stream ?? []));
}

const namesOf = (streams: readonly entities.Stream[]): readonly string[] =>
  streams.map(({ ref }) => ref?.name ?? '');

/** A stream as the server knows it. */
export const fetchStream = ({ api, project }: ProjectContext, name: string, withAll = false) =>
  api.call(
    service.getStream,
    wire.GetStreamRequest.create({ ref: { name, projectId: project.id }, recursive: withAll }),
  );

export const showStreams = (
  { api }: Pick<ProjectContext, 'api'>,
  streams: readonly entities.Stream[],
): Output => ({
  table: () => renderStreams(api, streams),
  plain: () => lines(namesOf(streams)),
});

export const getStream = projectCommand({
  name: 'stream',
  args: '<name>',
  about: 'show one stream',
  examples: ['get stream demo', 'get stream demo --recursive -o json'],
  flags: [recursive],
  candidates: streamNames,
  async run(context) {
    const [name = ''] = context.args;
    const answer = await fetchStream(context, name, context.flags.get(recursive));
    const { stream, derived = [] } = answer.value.streamTree ?? {};
    const shown = stream === undefined ? [] : [stream, ...derived];
    return { ...jsonOf(answer), ...showStreams(context, shown) };
  },
});

export const listStreams = projectCommand({
  name: 'streams',
  about: 'list the streams of the project',
  details: 'Derived streams are listed as streams of their own.',
  examples: ['list streams', 'list streams -o plain'],
  flags: [recursive],
  async run(context) {
    const answer = await context.api.call(
      service.listStreams,
      wire.ListStreamsRequest.create({
        projectId: context.project.id,
        recursive: context.flags.get(recursive),
      }),
    );
    const streams = answer.value.streams.flatMap(({ stream }) => stream ?? []);
    return { ...jsonOf(answer), ...showStreams(context, streams) };
  },
});

export const deleteStream = projectCommand({
  name: 'stream',
  args: '<names...>',
  about: 'delete streams',
  details: 'A stream with derived streams or exporters is deleted only with --recursive, and they with it.',
  examples: ['delete stream demo-0', 'delete stream demo --recursive'],
  flags: [recursive],
  candidates: streamNames,
  async run(context) {
    const { api, flags } = context;
    return deleteEach(context, 'Stream has been deleted', async (name) => {
      // A stream that is not there is told apart from one that just went.
      const ref = (await fetchStream(context, name)).value.streamTree?.stream?.ref;
      return api.call(
        service.deleteStream,
        wire.DeleteStreamRequest.create({
          ref: ref ?? { name, projectId: context.project.id },
          recursive: flags.get(recursive),
        }),
      );
    });
  },
});
