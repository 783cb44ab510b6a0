import type { IncomingHttpHeaders } from 'node:http2';

/** What came beside a request, by lower-case name. */
export interface GrpcMetadata {
  /** The values of a name; those of names that end in `-bin` are bytes. */
  get(name: string): readonly (string | Buffer)[];
}

/** The headers of a call as its metadata. Values are read when they are asked for: of most nobody asks. */
export function toGrpcMetadata(headers: IncomingHttpHeaders): GrpcMetadata {
  return {
    get(name) {
      const value = headers[name];
      if (value === undefined || name.startsWith(':')) return [];
      const values = typeof value === 'string' ? [value] : value;
      return name.endsWith('-bin') ? values.flatMap(readBinary) : values;
    },
  };
}

/** Several values may stand in one, joined by commas. */
function readBinary(value: string): readonly Buffer[] {
  return value.split(',').map((each) => Buffer.from(each, 'base64'));
}
