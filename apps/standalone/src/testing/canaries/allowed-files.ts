/** Where a secret has to be, and why. Everything else that holds one is a leak. */
export interface AllowedFile {
  readonly path: RegExp;
  /** Names of secrets, or kinds of planted values as `canary <kind>`. */
  readonly holds: readonly string[];
  readonly because: string;
  /** Whether only its owner may read it. */
  readonly private: boolean;
}

const derived = ['canary opened', 'canary public'];
const connector = ['canary s3id', 'canary s3key', 'canary file'];
const seed = ['canary seed'];

export const allowedFiles: readonly AllowedFile[] = [
  {
    path: /^installation\.json$/,
    holds: ['secret of the installation', 'secret of the administrator'],
    because: 'given out once by the control plane; the next start needs them',
    private: true,
  },
  {
    path: /^keys\.json$/,
    holds: ['key encryption key', 'look-up secret'],
    because: 'without them nothing that is stored can be opened',
    private: true,
  },
  {
    path: /^cluster\/(secrets|run\/batch-exporter-[^/]+\/[^/]+\/secrets)\/data-connector-[^/]+\/(.+\/)?location$/,
    holds: connector,
    because: 'the Secret of a data connector: workers read it here',
    private: true,
  },
  {
    path: /^cluster\/(workloads\/decrypter-[^/]+\.json|run\/decrypter-[^/]+\/[^/]+\/config\/task\.json|agents\/streams-agent\/snapshot\.json)$/,
    holds: seed,
    because: 'the task of a decrypter says what to mask with',
    private: true,
  },
  {
    path: /^strm\/saved-entities\//,
    holds: ['secret of a stream', ...seed],
    because: 'the CLI keeps what it is shown once',
    private: true,
  },
  {
    path: /^strm\/strm\.log$/,
    holds: ['canary name'],
    because: "the user's own words at the user's own terminal",
    private: true,
  },
  {
    path: /^engine\/eventlog\.db(-wal)?$/,
    holds: derived,
    because: 'the records of derived streams: fields that people agreed to',
    private: true,
  },
  {
    path: /^exports\/bucket\/(one|masked)\/[^/]+\.jsonl$/,
    holds: derived,
    because: 'exported derived streams',
    private: false,
  },
  {
    path: /^exports\/bucket\/source\/[^/]+\.jsonl$/,
    holds: ['canary public'],
    because: 'an exported source stream: only what is not personal can be read',
    private: false,
  },
  {
    path: /^exports\/bucket\/keys\/[^/]+\.csv$/,
    holds: ['session key'],
    because: 'exported keys: the user asked for them',
    private: false,
  },
];
