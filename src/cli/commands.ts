// The table of commands. Help is made from it, the README is checked against it, and nothing else decides what exists.

import { CommanderError, Command as Program } from 'commander';
import { type Machine, machine } from '../app.ts';
import { BugError, InterruptedError, KenkoError } from '../lib/errors.ts';
import type { LogLevel } from '../lib/log.ts';
import { scrub } from '../lib/log.ts';
import { hideSecrets } from '../lib/secret.ts';
import { version } from './about.ts';
import { type CommandContext, type CommandDefinition, oneOf } from './command.ts';
import { errorJson, errorText, type Output } from './output.ts';

export const commands: readonly CommandDefinition[] = [
  {
    name: 'init',
    args: [['[dir]', 'where to write it (default: the home folder)']],
    options: [
      ['--crm <which>', 'salesforce, hubspot or both (default: both)'],
      ['--model <id>', 'b2b_saas_default or callcenter_ja'],
      ['--locale <language>', 'en or ja'],
    ],
    summary: 'write a home folder to start from',
    touches: 'writes new files; overwrites none',
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'check',
    args: [],
    options: [['--online', 'also ask every source and CRM']],
    summary: 'all problems of all files at once; runs examples.yaml',
    touches: 'reads files; with --online reads sources and CRMs; writes nothing',
    load: async () => (await import('./check.ts')).check,
  },
  {
    name: 'setup',
    args: [],
    options: [
      ['--dry-run', 'only say what is missing'],
      ['--write <dir>', 'write it as files to deploy instead'],
    ],
    summary: 'add missing fields, options, permissions and lists to the CRM',
    touches: 'adds to the CRM; changes and removes nothing',
    load: async () => (await import('./setup.ts')).setup,
  },
  {
    name: 'uninstall',
    args: [],
    options: [['--dry-run', 'list it; there is no other way to call this command']],
    summary: 'what setup has made in the CRM and is still there, for a person to take away',
    touches: 'reads the CRM; takes nothing away',
    load: async () => (await import('./uninstall.ts')).uninstall,
  },
  {
    name: 'plan',
    args: [],
    options: [
      ['--account <key>', 'only this account'],
      ['--expect-none', 'exit 10 when anything would change'],
      ['--out <file>', 'write the whole plan as JSON lines'],
      ['--as-of <day>', 'look at the facts as of this day'],
      ['--offline', 'do not read the sources again'],
    ],
    summary: 'what a run would change, record by record',
    touches: 'reads sources and CRMs; writes only its own state',
    load: async () => (await import('./plan.ts')).plan,
  },
  {
    name: 'apply',
    args: [['<plan>', 'id of a plan']],
    options: [],
    summary: "a person's yes to exactly that plan",
    touches: 'writes the CRM, what is in the plan and nothing else',
    load: async () => (await import('./apply.ts')).apply,
  },
  {
    name: 'cancel',
    args: [['<plan>', 'id of a plan']],
    options: [],
    summary: "a person's no",
    touches: 'writes only its own state',
    load: async () => (await import('./cancel.ts')).cancel,
  },
  {
    name: 'run',
    args: [],
    options: [
      ['--until <stage>', 'stop after extract, evaluate or plan'],
      ['--source <name>', 'read only this source; may be given more than once', 'many'],
      ['--as-of <day>', 'look at the facts as of this day'],
    ],
    summary: 'extract, evaluate, plan, gates, apply, read back',
    touches: 'writes the CRM when every gate passes',
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'start',
    args: [],
    options: [
      ['--port <number>', 'port of the console'],
      ['--host <name>', 'address to listen on'],
    ],
    summary: 'the scheduler, health endpoints and console in one process',
    touches: 'as run, on the schedule',
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'status',
    args: [],
    options: [
      ['--verify', 'check the invariants'],
      ['--metrics', 'only the figures, in the text format of Prometheus'],
      ['--kpi', 'the KPIs against their targets'],
      ['--out <file>', 'with --kpi: the figures of all kept months as CSV'],
      ['--restate', 'with --kpi: make the last whole month anew'],
      ['--unmatched <file>', 'what belongs to no account, as CSV: with accounts filled in it is mappings/identity.csv'],
      ['--reasons', 'which metrics cost most points, by touch model, and how early red came'],
    ],
    summary: 'last runs, what is held, rejected, unmatched or stale',
    touches: 'reads its own state; with --verify also the CRMs',
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'explain',
    args: [['<account>', 'key, name or any id of an account']],
    options: [['--at <day>', 'as it was on this day']],
    summary: 'why this account has this score, band, segment, flag and next action',
    touches: 'reads its own state',
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    name: 'retry',
    args: [],
    options: [['--rejected', 'plan the rejected effects again']],
    summary: 'send rejected effects again once their cause is mended',
    touches: 'as run, for the accounts concerned',
    load: async () => (await import('./retry.ts')).retry,
  },
  {
    name: 'undo',
    args: [['<run>', 'id of a run']],
    options: [],
    summary: 'put back what a run wrote, where nobody has changed it since',
    touches: 'writes the CRM',
    load: async () => (await import('./undo.ts')).undo,
  },
  {
    name: 'sandbox',
    args: [],
    options: [
      ['--salesforce-port <number>', 'port (default: a free one)'],
      ['--hubspot-port <number>', 'port (default: a free one)'],
      ['--seed <dir>', 'write the source files that fit this world into a folder'],
      ['--faults <file>', 'a fault plan as JSON'],
      ['--accounts <number>', 'how many accounts (default: 500)'],
    ],
    summary: 'two pretend CRMs on this machine, until stopped',
    touches: 'listens on loopback only',
    load: async () => (await import('./sandbox.ts')).sandbox,
  },
  {
    name: 'demo',
    args: [],
    options: [['--keep', 'leave the sandbox and the console running']],
    summary: 'the whole way, against the sandbox, in a temporary folder',
    touches: 'a temporary folder and loopback',
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    name: 'erase',
    args: [],
    options: [['--contact <key>', 'whose data']],
    summary: 'forget a contact (privacy request)',
    touches: 'its own state',
    load: async () => (await import('./erase.ts')).erase,
  },
  {
    name: 'export',
    args: [],
    options: [['--contact <key>', 'whose data']],
    summary: 'everything stored of a contact (privacy request)',
    touches: 'reads its own state',
    load: async () => (await import('./export.ts')).exportContact,
  },
  {
    name: 'audit',
    args: [['<what>', 'verify or export']],
    options: [
      ['--format <format>', 'csv or jsonl (default: csv)'],
      ['--account <key>', 'only rows about this account'],
      ['--run <id>', 'only rows of this run'],
      ['--since <day>', 'only rows of this day and later'],
      ['--out <file>', 'write a file instead'],
    ],
    summary: 'who did what, when and why: check the chain, or hand it on',
    touches: 'reads its own state',
    load: async () => (await import('./audit.ts')).audit,
  },
  {
    name: 'backup',
    args: [['<file>', 'a file that is not there yet']],
    options: [],
    summary: 'a whole copy of the state, looked through',
    touches: 'reads its own state; writes the file',
    load: async () => (await import('./backup.ts')).backup,
  },
  {
    name: 'restore',
    args: [['<file>', 'a file that kenko backup made']],
    options: [],
    summary: 'put a backup in the place of the state; what it meant to send is read back first',
    touches: 'its own state, while nobody else has it open; what stood there is put aside',
    load: async () => (await import('./backup.ts')).restore,
  },
  {
    name: 'schema',
    args: [['[file]', 'one file; without it all']],
    options: [['--write <dir>', 'write them as files']],
    summary: 'JSON Schemas of the configuration files, for editors',
    touches: 'nothing',
    load: async () => (await import('./schema.ts')).schema,
  },
  {
    name: 'version',
    args: [],
    options: [],
    summary: 'version of kenko and of Node',
    touches: 'nothing',
    load: async () => (await import('./version.ts')).versionCommand,
  },
];

export interface CommandLine {
  readonly argv: readonly string[];
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/** Runs one command line and returns its exit code. Never throws, never ends the process. */
export async function runCommandLine(line: CommandLine): Promise<number> {
  const here = machine();
  let exitCode = 0;
  const program = new Program('kenko')
    .description('Customer health scores, written where customer-success people work: Salesforce and HubSpot.')
    .version(version, '-V, --version')
    .option('--home <dir>', 'the home folder (default: KENKO_HOME or the current folder)')
    .option('--json', 'exactly one JSON document on stdout')
    .option(
      '--log-level <level>',
      'debug, info, warn, error or silent (default: KENKO_LOG_LEVEL; else error, and info for start)',
    )
    .option('--no-color', 'no colour')
    .configureOutput({ writeOut: (text) => line.stdout.write(text), writeErr: (text) => line.stderr.write(text) })
    .showHelpAfterError('Try: kenko help')
    .exitOverride();
  for (const definition of commands) {
    const command = program
      .command(definition.name)
      .description(definition.summary)
      .addHelpText('after', `\nTouches: ${definition.touches}.`);
    for (const [name, what] of definition.args) command.argument(name, what);
    for (const [name, what, many] of definition.options) {
      if (many === undefined) command.option(name, what);
      else
        command.option(name, what, (one: string, others?: string) => (others === undefined ? one : `${others},${one}`));
    }
    // The four general options may stand behind the command as well.
    command
      .option('--home <dir>', 'the home folder')
      .option('--json', 'exactly one JSON document on stdout')
      .option('--log-level <level>', 'how much to log')
      .option('--no-color', 'no colour');
    command.action(async (...given: unknown[]) => {
      const own = command.opts<Record<string, string | boolean | undefined>>();
      const options = {
        ...program.opts<Record<string, string | boolean | undefined>>(),
        ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
      };
      if (program.opts()['color'] === false) options['color'] = false;
      if (program.opts()['json'] === true) options['json'] = true;
      const names = definition.args.map(([name]) => name.replace(/[<>[\]]/g, ''));
      const args = Object.fromEntries(
        names.flatMap((name, index) => (typeof given[index] === 'string' ? [[name, given[index] as string]] : [])),
      );
      exitCode = await guarded(definition, contextOf(line, here, definition.name, options, args));
    });
  }
  try {
    await program.parseAsync([...line.argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  return exitCode;
}

function contextOf(
  line: CommandLine,
  here: Machine,
  command: string,
  options: Readonly<Record<string, string | boolean | undefined>>,
  args: Readonly<Record<string, string>>,
): CommandContext {
  const json = options['json'] === true;
  const output: Output = {
    json,
    color: !json && options['color'] !== false && line.stdout.isTTY === true && here.env['NO_COLOR'] === undefined,
    interactive: line.stderr.isTTY === true && !json,
    out: (text) => line.stdout.write(hideSecrets(text)),
    err: (text) => line.stderr.write(hideSecrets(text)),
    asIs: (text) => line.stdout.write(text),
  };
  // A person at a terminal reads the result; a daemon is read by its log.
  const level = options['logLevel'] ?? here.env['KENKO_LOG_LEVEL'] ?? (command === 'start' ? 'info' : 'error');
  return {
    home: String(options['home'] ?? here.env['KENKO_HOME'] ?? here.cwd),
    output,
    logLevel: String(level) as LogLevel,
    signal: line.signal,
    stderr: line.stderr,
    args,
    options,
  };
}

/** Runs a command; any error becomes text (or JSON) and an exit code. An unknown error is a bug of ours and says so. */
async function guarded(definition: CommandDefinition, context: CommandContext): Promise<number> {
  try {
    oneOf('log-level', context.logLevel, ['debug', 'info', 'warn', 'error', 'silent']);
    return await (await definition.load())(context);
  } catch (thrown) {
    // What broke is told before who stopped it.
    const broke = thrown instanceof KenkoError && (thrown.code === 'E_STORE' || thrown.code === 'E_BUG');
    const interrupted = !broke && context.signal.aborted && context.signal.reason instanceof InterruptedError;
    const error = interrupted
      ? (context.signal.reason as InterruptedError)
      : thrown instanceof KenkoError
        ? thrown
        : bugOf(thrown, definition.name);
    // Told already by whoever caught it last.
    if (context.signal.aborted && error === context.signal.reason && error instanceof BugError) return error.exitCode;
    if (context.output.json) context.output.out(`${JSON.stringify(errorJson(error), null, 2)}\n`);
    context.output.err(`${errorText(context.output, error)}\n`);
    return error.exitCode;
  }
}

/** What is told of an error that nobody expected: ready to be sent to us, without secrets. */
export function bugOf(thrown: unknown, command: string): BugError {
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  const frames = scrub(stack)
    .split('\n')
    .slice(0, 8)
    .map((frame) => frame.replace(/\(?(?:file:\/\/)?\/[^\s)]*\/(src|dist|node_modules)\//, '($1/'));
  return new BugError('something happened that should not be possible', {
    where: `kenko ${command}`,
    why: 'This is a mistake in kenko, not in your configuration. Nothing is written after it; the next run settles what was under way.',
    fix: `Please report it with this text (it holds no secret):\nkenko ${version} on Node ${process.versions.node}, command ${command}\n${frames.join('\n')}`,
    cause: thrown,
  });
}
