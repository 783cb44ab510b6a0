/**
 * Runs the commands of package.json on the Node that the repository pins, and installs it, with everything else, when
 * it is not there. Any Node from 20 on can run this file, before anything is installed.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './bootstrap/install.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const esmTests = '--experimental-vm-modules --disable-warning=ExperimentalWarning';

/** Each command is a list of steps: program (undefined: node), arguments, and what it adds to the environment. */
const commands = {
  start: (args) => [
    { args: ['tools/build.ts', '--quiet'] },
    { args: ['dist/apps/standalone/main.js', ...args], env: callerFolder },
  ],
  strm: (args) => [
    { args: ['tools/build.ts', '--quiet', 'cli'] },
    {
      args: ['--disable-warning=ExperimentalWarning', join(root, 'dist/apps/cli/main.js'), ...args],
      env: cliEnv(),
      cwd: process.env.INIT_CWD,
    },
  ],
  test: (args) => [{ script: 'jest', args, env: { NODE_OPTIONS: esmTests } }],
  // Every suite that has a full size, at that size; docs/reliability.md.
  reliability: (args) => [{ args: ['tools/reliability.ts', ...args] }],
  // Against the cluster of a kubeconfig; docs/operations/kubernetes.md.
  conformance: (args) => [{ args: ['tools/conformance.ts', ...args] }],
  'test-servers': (args) => [{ args: ['tools/test-servers.ts', ...args] }],
  defects: (args) => [{ args: ['tools/seeded-defects/run.ts', ...args] }],
  charts: (args) => [{ args: ['tools/charts.ts', ...args] }],
  images: (args) => [{ args: ['tools/images.ts', ...args] }],
  build: (args) => [{ script: 'nx', args: ['run-many', '-t', 'build', '--outputStyle=static', ...args] }],
  bench: (args) => [{ args: ['--disable-warning=ExperimentalWarning', 'tools/bench.ts', ...args] }],
  // The layer rules read the project graph that nx keeps; asking for the projects brings it up to date.
  lint: (args) => [
    { script: 'nx', args: ['show', 'projects'], quiet: true },
    { script: 'eslint', args: ['--max-warnings=0', ...(args.length > 0 ? args : ['.'])] },
    { script: 'buf', args: ['lint'] },
  ],
  typecheck: (args) => [{ script: 'tsc', args: ['-p', 'tsconfig.json', ...args] }],
  format: (args) => [
    { script: 'prettier', args: ['--write', '--log-level=warn', ...(args.length > 0 ? args : ['.'])] },
  ],
  'format:check': () => [{ script: 'prettier', args: ['--check', '--log-level=warn', '.'] }],
  generate: () => [{ args: ['tools/generate.ts'] }],
  'generate:check': () => [{ args: ['tools/generate.ts', '--check'] }],
  // Against the public protocol's table, where it is at hand, and against the last release.
  'protocol:check': () => [
    { args: ['tools/protocol/check-wire.ts'] },
    { args: ['tools/protocol/check-rules.ts'] },
    {
      script: 'buf',
      args: ['breaking', 'protos', '--against', 'protos/baseline.binpb', '--exclude-imports'],
    },
  ],
};

const callerFolder = { CCD_CALLER_FOLDER: process.env.INIT_CWD ?? process.cwd() };

/** `npm start` leaves a configuration and a login in the clone; a person's own choice wins. */
function cliEnv() {
  const demo = join(root, 'data', 'strm');
  return process.env.STRM_CONFIG_PATH === undefined && existsSync(demo) ? { STRM_CONFIG_PATH: demo } : {};
}

function run(step, node) {
  const [file, args] = step.script === undefined ? [node.file, step.args] : [bin(step.script), step.args];
  const child = spawn(file, args, {
    cwd: step.cwd ?? root,
    stdio: ['inherit', step.quiet ? 'ignore' : 'inherit', 'inherit'],
    shell: process.platform === 'win32' && step.script !== undefined,
    env: {
      ...process.env,
      NX_DAEMON: 'false',
      ...step.env,
      PATH: [node.folder, join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    },
  });
  // A terminal sends Ctrl-C to the whole group; the child decides when it has stopped.
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', () => {});
  process.on('SIGTERM', forward);
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('exit', (code, signal) => {
      process.off('SIGTERM', forward);
      done(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}

async function main([command, ...args]) {
  const steps = Object.hasOwn(commands, command ?? '') ? commands[command] : undefined;
  if (steps === undefined) {
    process.stderr.write(`usage: node tools/run.mjs ${Object.keys(commands).join('|')} [arguments]\n`);
    return 2;
  }
  const node = ensureInstalled(root);
  for (const step of steps(args)) {
    const code = await run(step, node);
    if (code !== 0) return code;
  }
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
