import { join } from 'node:path';
import { Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js';
import { entities, projects } from '@ccd/protocol';

/** How the generated services describe a method. */
interface WireMethod<Request, Response> {
  readonly path: string;
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (response: Response) => Buffer;
}

interface ReceivedCall {
  /** `Service/Method` */
  readonly method: string;
  readonly request: unknown;
  readonly metadata: Metadata;
}

/** An error of the server, as a client receives it. */
export class ScriptedError extends Error {
  override readonly name = 'ScriptedError';
  readonly code: status;

  constructor(code: status, details: string) {
    super(details);
    this.code = code;
  }
}

/** A real server of the protocol that answers what a test tells it to; UNIMPLEMENTED to all else. */
export interface ScriptedServer {
  /** Plaintext by the rule of the protocol, though on a socket file. */
  readonly host: string;
  readonly calls: readonly ReceivedCall[];
  on<Request, Response>(
    method: WireMethod<Request, Response>,
    answer: (request: Request, respondWith: Metadata) => Response,
  ): void;
  stream<Request, Response>(
    method: WireMethod<Request, Response>,
    answer: (request: Request, call: ServerWritableStream<Request, Response>) => void,
  ): void;
  /** The requests that a method received. */
  requests(method: string): readonly unknown[];
  close(): void;
}

export async function startScriptedServer(folder: string): Promise<ScriptedServer> {
  const server = new Server();
  const calls: ReceivedCall[] = [];
  const host = `unix:${join(folder, 'api:50051')}`;
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(host, ServerCredentials.createInsecure(), (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
  const note = (path: string, request: unknown, metadata: Metadata): void => {
    calls.push({ method: path.replace(/^.*\.([^.]+)$/, '$1'), request, metadata });
  };

  const scripted: ScriptedServer = {
    host,
    calls,
    on<Request, Response>(
      method: WireMethod<Request, Response>,
      answer: (request: Request, respondWith: Metadata) => Response,
    ) {
      server.unregister(method.path);
      server.register<Request, Response>(
        method.path,
        (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>) => {
          note(method.path, call.request, call.metadata);
          const respondWith = new Metadata();
          try {
            const response = answer(call.request, respondWith);
            call.sendMetadata(respondWith);
            reply(null, response);
          } catch (error) {
            const code = error instanceof ScriptedError ? error.code : status.INTERNAL;
            reply({ code, details: error instanceof Error ? error.message : String(error) });
          }
        },
        method.responseSerialize,
        method.requestDeserialize,
        'unary',
      );
    },
    stream<Request, Response>(
      method: WireMethod<Request, Response>,
      answer: (request: Request, call: ServerWritableStream<Request, Response>) => void,
    ) {
      server.unregister(method.path);
      server.register<Request, Response>(
        method.path,
        (call: ServerWritableStream<Request, Response>) => {
          note(method.path, call.request, call.metadata);
          answer(call.request, call);
        },
        method.responseSerialize,
        method.requestDeserialize,
        'serverStream',
      );
    },
    requests: (method) => calls.filter((call) => call.method === method).map(({ request }) => request),
    close() {
      server.forceShutdown();
    },
  };
  scripted.on(projects.ProjectsServiceService.listProjects, () => ({
    projects: [entities.Project.create(demoProject)],
  }));
  return scripted;
}

export const demoProject = { id: '11111111-2222-3333-4444-555555555555', name: 'default' };
