import { logIn } from '../auth/log-in.ts';
import { readLogin, removeLogin } from '../auth/login-file.ts';
import { openSession } from '../auth/session.ts';
import { CliError } from '../cli-error.ts';
import type { LocalContext } from '../command/command.ts';
import { loginFileOf } from '../command/contexts.ts';
import { group, localCommand } from '../command/define.ts';
import { optionalText, requiredText } from '../command/flag.ts';
import { apiAuthUrl } from '../command/global-flags.ts';
import { askSecret } from '../files/ask.ts';
import { readUserFile } from '../files/read-user-file.ts';

const clientId = requiredText('--client-id <id>', 'id of your personal credential');
const clientSecret = optionalText(
  '--client-secret <secret>',
  'its secret; others on this machine may see it here, so that STRM_CLIENT_SECRET or a file is better',
);
const secretFile = optionalText('--client-secret-file <file>', 'file with its secret');

async function secretOf({ flags, io }: LocalContext): Promise<string> {
  const file = flags.get(secretFile);
  if (file !== undefined) return (await readUserFile(file)).trim();
  return flags.get(clientSecret) ?? askSecret(io, 'Client secret: ');
}

const login = localCommand({
  name: 'login',
  about: 'log in with a personal credential',
  details: [
    'The secret is asked for when it is not given, or read from standard input where that is no terminal. What is kept',
    'is a token, in a file that only you may read.',
  ].join(' '),
  examples: ['auth login --client-id user-abc', 'auth login --client-id user-abc < secret.txt'],
  flags: [clientId, clientSecret, secretFile],
  formats: ['plain'],
  async run(context) {
    const { io, flags } = context;
    const { email } = await logIn({
      fetch: io.fetch,
      clock: io.clock,
      apiAuthUrl: flags.get(apiAuthUrl),
      client: { clientId: flags.get(clientId), clientSecret: await secretOf(context) },
      file: loginFileOf(context),
    });
    return { plain: () => `You are now logged in as ${email}.` };
  },
});

const sessionOf = (context: LocalContext) =>
  openSession({
    fetch: context.io.fetch,
    clock: context.io.clock,
    apiAuthUrl: context.flags.get(apiAuthUrl),
    file: loginFileOf(context),
  });

const printAccessToken = localCommand({
  name: 'print-access-token',
  about: 'print a token that is valid now',
  formats: ['plain'],
  async run(context) {
    const token = await (await sessionOf(context)).accessToken();
    return { plain: () => token };
  },
});

const show = localCommand({
  name: 'show',
  about: 'show who is logged in',
  formats: ['plain', 'json'],
  async run(context) {
    const { email } = await sessionOf(context);
    const facts = { email, apiAuthUrl: context.flags.get(apiAuthUrl) };
    return {
      plain: () => `${facts.email} at ${facts.apiAuthUrl}`,
      json: () => JSON.stringify(facts, null, 4),
    };
  },
});

const revoke = localCommand({
  name: 'revoke',
  about: 'forget the login on this machine',
  formats: ['plain'],
  async run(context) {
    const file = loginFileOf(context);
    const known = await readLogin(file).catch((error: unknown) => {
      // A file that cannot be read is one more reason to remove it.
      if (error instanceof CliError) return undefined;
      throw error;
    });
    await removeLogin(file);
    return {
      plain: () => (known === undefined ? 'Nobody is logged in.' : `${known.email} is no longer logged in.`),
    };
  },
});

export const auth = group('auth', 'log in and out', [login, printAccessToken, show, revoke]);
