import { streams } from '@ccd/protocol';
import type { entities } from '@ccd/protocol';
import { requireMessage } from '../convert/fields.ts';
import { toStream } from '../convert/stream.ts';
import type { ClientStream } from '../domain.ts';
import type { GrpcCaller } from '../transport/grpc-caller.ts';
import { ask } from './ask.ts';

const idsPerRequest = 500;

/** The streams that client ids stand for. A stream that cannot be read fails the call: left out, it would look unknown. */
export async function fetchClientStreams(
  caller: GrpcCaller,
  clientIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly ClientStream[]> {
  const asked = [...new Set(clientIds)];
  const found: ClientStream[] = [];
  for (let from = 0; from < asked.length; from += idsPerRequest) {
    const some = asked.slice(from, from + idsPerRequest);
    const { listExtendedStreams } = streams.StreamsServiceService;
    const convert = ({ extendedStreams }: streams.ListExtendedStreamsResponse): ClientStream[] =>
      extendedStreams.flatMap((stream) => toClientStreams(stream, some));
    found.push(...(await ask(caller, listExtendedStreams, { clientIds: some }, signal, convert)));
  }
  return found;
}

/** One entry for each of the asked client ids that the stream has. Credentials of key streams do not exist. */
function toClientStreams(extended: entities.ExtendedStream, asked: readonly string[]): ClientStream[] {
  if (extended.keyStream) return [];
  const { credentials, limits: given } = requireMessage(extended.stream, 'stream');
  const clientIds = credentials.map(({ clientId }) => clientId).filter((id) => asked.includes(id));
  if (clientIds.length === 0) return [];
  const stream = toStream(extended);
  const limits = given && { eventRate: Number(given.eventRate), eventCount: Number(given.eventCount) };
  return clientIds.map((clientId) => ({ clientId, stream, ...(limits && { limits }) }));
}
