// Where everything is joined: config and secrets → sources, CRMs, store, clock, log. Opens them all and closes them all, in
// reverse. The only place that reads the environment.

import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Decisions, HomeSettings, SourceSettings } from './domain/decisions.ts';
import type { Problem } from './domain/nouns.ts';
import { type Chance, systemChance } from './lib/chance.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { ConfigError, KenkoError, rethrowCrash, UsageError } from './lib/errors.ts';
import { createLog, type Log, type LogLevel } from './lib/log.ts';
import type { Emit, PipelineEvent } from './pipeline/events.ts';
import { type CrmHand, type Hall, job } from './pipeline/hall.ts';
import { notify, type Telling } from './pipeline/notify.ts';
import type { RunReport } from './pipeline/report.ts';
import type { Source } from './sources/source.ts';

/**
 * state: the home's files and its database. crms: also sources and CRMs, which need their secrets. sources: only where facts
 * come from; what has no secret fails by itself when it is read, and holds up nobody else.
 */
export type AppNeeds = 'state' | 'sources' | 'crms';

/** What the machine gives: read once, here. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly owner: string;
}
export function machine(): Machine {
  return {
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    chance: systemChance,
    owner: `${hostname()}:${process.pid}`,
  };
}

/** Schemas of what the kinds want to be told; config knows no wing, so they are handed to it. */
export async function kindSchemas() {
  const [{ connectionSchemas }, { settingsSchemas }] = await Promise.all([
    import('./crm/kinds.ts'),
    import('./sources/kinds.ts'),
  ]);
  return { sources: settingsSchemas, crms: connectionSchemas };
}

/** Looks at the files that sources read, without asking anybody else: what is not there yet is a warning. */
export async function checkFiles(home: string, decisions: Decisions, signal: AbortSignal): Promise<readonly Problem[]> {
  const { sourceKinds } = await import('./sources/kinds.ts');
  const problems: Problem[] = [];
  const here = (source: SourceSettings) =>
    ['csv', 'files', 'sqlite'].includes(source.kind) && source.settings['storage'] === undefined;
  for (const settings of decisions.sources.filter(here)) {
    const source = await sourceKinds[settings.kind]?.(settings, { root: resolve(home), clients: {} });
    if (source === undefined) continue;
    for (const problem of await source.check(signal)) {
      problems.push(
        problem.code === 'E_SOURCE' ? { ...problem, code: 'W_SOURCE_NOT_THERE', severity: 'warning' } : problem,
      );
    }
    await source.close();
  }
  return problems;
}

export interface App {
  readonly hall: Hall;
  readonly warnings: readonly Problem[];
  readonly log: Log;
  /** Tells whoever is to be told what began to be wrong or is over; never throws but for a crash. */
  notify(): Promise<void>;
  /** Tells heartbeat_url of a run that ended well; never throws but for a crash. */
  beat(report: Pick<RunReport, 'runId' | 'state'>): Promise<void>;
  close(): Promise<void>;
}
export interface AppOptions {
  readonly home: string;
  readonly needs: AppNeeds;
  readonly logLevel: LogLevel;
  readonly stderr: NodeJS.WritableStream;
  readonly actor: string;
  readonly machine: Machine;
  readonly emit: Emit;
}

/** The decisions of a home and where its state lies; opens nothing. @throws ConfigError with every problem. */
async function loadHome(options: Pick<AppOptions, 'home' | 'needs' | 'machine'>): Promise<{
  readonly decisions: Decisions;
  readonly warnings: readonly Problem[];
  readonly path: string;
}> {
  const { env } = options.machine;
  const home = resolve(options.home);
  // Loaded when a home is opened, so that `kenko help` does not pay for two vendors' clients.
  const { loadDecisions } = await import('./config/load.ts');
  const loaded = await loadDecisions({
    home,
    env,
    kinds: await kindSchemas(),
    allowMissingSecrets: options.needs !== 'crms',
  });
  if (!loaded.ok) throw new ConfigError(loaded.problems, { where: home, fix: 'See all of it with:\n  kenko check' });
  const statePath = env['KENKO_STATE'] ?? loaded.decisions.home.state.path;
  return {
    decisions: loaded.decisions,
    warnings: loaded.warnings,
    path: isAbsolute(statePath) ? statePath : join(home, statePath),
  };
}

/** Puts a backup in the place of the state file, without opening it. @throws BusyError, StoreError, UsageError. */
export async function restoreHome(options: AppOptions, from: string) {
  const { decisions, path } = await loadHome(options);
  await mkdir(dirname(path), { recursive: true });
  const { restoreState } = await import('./state/sqlite/restore.ts');
  const restored = await restoreState({ path, from, clock: options.machine.clock, actor: options.actor, job });
  return { zone: decisions.home.zone, restored };
}

/** Opens a home. @throws ConfigError with every problem; StoreError; UsageError when TLS checks are switched off. */
export async function openApp(options: AppOptions): Promise<App> {
  const { machine: here } = options;
  if (here.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    throw new UsageError('NODE_TLS_REJECT_UNAUTHORIZED=0 is set', {
      why: 'Without certificate checks anybody between here and the CRM could read and change everything.',
      fix: 'Unset it; for a company certificate use NODE_EXTRA_CA_CERTS.',
    });
  }
  const home = resolve(options.home);
  const log = createLog({
    level: options.logLevel,
    destination: { write: (line: string) => void options.stderr.write(line) },
    now: here.clock.now,
  });
  const { decisions, warnings, path } = await loadHome(options);
  await mkdir(dirname(path), { recursive: true });
  const { openSqliteStore } = await import('./state/sqlite/store.ts');
  const store = await openSqliteStore({
    path,
    clock: here.clock,
    zone: decisions.home.zone,
    anyFileSystem: decisions.home.state.anyFileSystem === true,
  });
  const crms: CrmHand[] = [];
  const clients: Record<string, unknown> = {};
  try {
    if (options.needs !== 'state') {
      const { crmKinds } = await import('./crm/kinds.ts');
      for (const mapping of decisions.crms) {
        const open = crmKinds[mapping.crm];
        if (open === undefined || mapping.lacks !== undefined) continue;
        const opened = await open(mapping, { clock: here.clock, chance: here.chance, zone: decisions.home.zone });
        crms.push({ crm: opened.crm, mapping });
        clients[mapping.crm] = opened.client;
      }
    }
    const { sourceKinds } = await import('./sources/kinds.ts');
    const sources: Source[] = [];
    if (options.needs !== 'state') {
      const { lackingSource } = await import('./sources/lacking.ts');
      for (const settings of decisions.sources) {
        const open = sourceKinds[settings.kind];
        const lacks = settings.lacks ?? decisions.crms.find(({ crm }) => crm === settings.kind)?.lacks;
        if (lacks !== undefined) sources.push(lackingSource(settings, lacks));
        else if (open !== undefined)
          sources.push(await open(settings, { root: home, clients, clock: here.clock, chance: here.chance }));
      }
    }
    const { prepare } = await import('./domain/outcome.ts');
    const hall: Hall = {
      decisions,
      prepared: prepare(decisions),
      store,
      sources,
      crms,
      clock: here.clock,
      chance: here.chance,
      isStillDecided: async () => {
        try {
          return (await loadHome(options)).decisions.hash === decisions.hash;
        } catch (error) {
          rethrowCrash(error);
          // Files that do not even load any more are another matter than those that were read.
          return false;
        }
      },
      actor: options.actor,
      owner: here.owner,
      emit: (event) => {
        logEvent(log, event);
        options.emit(event);
      },
    };
    return {
      hall,
      warnings,
      log,
      notify: () => patiently(log, 'notify.failed', () => notify(hall, sender(decisions.home))),
      beat: (report) =>
        patiently(log, 'heartbeat.failed', async () => {
          const { heartbeatUrl: url } = decisions.home;
          if (url !== null)
            await post(decisions.home, 'heartbeat_url', url, { run: report.runId, state: report.state });
        }),
      close: async () => {
        for (const source of sources) await source.close();
        for (const { crm } of crms) await crm.close();
        await store.close();
      },
    };
  } catch (error) {
    for (const { crm } of crms) await crm.close();
    await store.close();
    throw error;
  }
}

function logEvent(log: Log, event: PipelineEvent): void {
  if (event.kind === 'stage') log.info('run.stage', { stage: event.stage, run: event.run });
  else if (event.kind === 'progress') log.debug('run.progress', { stage: event.stage, count: event.done });
  else if (event.kind === 'source') {
    const { source, rows, rejected, ms: durationMs } = event;
    const perSecond = durationMs > 0 ? Math.round((rows * 1_000) / durationMs) : rows;
    log.info('source.read', { source, rows, rejected, durationMs, perSecond });
  } else if (event.kind === 'problem') {
    const { code, where, what } = event.problem;
    log.warn('run.problem', { stage: event.stage, code, where, error: what });
  } else if (event.kind === 'verdict') {
    const { gate, answer, value, limit } = event.verdict;
    if (answer !== 'pass') log.warn('gate', { gate, answer, value, limit });
  } else if (event.kind === 'batch') {
    const { crm, op, sent, applied, rejected, unknown } = event;
    log.info('batch', { crm, op, count: sent, applied, rejected, unknown });
  } else if (event.kind === 'lease') log.error('lease.lost', { run: event.run });
  else log.info('run.closed', { run: event.run, state: event.state, exitCode: event.exitCode });
}

/** What goes to notify_url, in the form it takes; null where nobody is to be told. */
function sender(home: HomeSettings): ((telling: Telling) => Promise<void>) | null {
  const { notifyUrl: url, notifyFormat: format } = home;
  if (url === null) return null;
  const isSlack =
    format === 'slack' || (format === 'auto' && URL.canParse(url) && new URL(url).host === 'hooks.slack.com');
  return (telling) => post(home, 'notify_url', url, isSlack ? { text: telling.text } : telling);
}
async function post(home: HomeSettings, key: string, url: string, document: unknown): Promise<void> {
  const { tellWebhook } = await import('./clients/webhook.ts');
  await tellWebhook(url, document, {
    allowAddresses: home.notifyAllowAddresses,
    where: `${key} of config/kenko.yaml`,
  });
}
/** Telling is never worth a run: what goes wrong with it is logged. */
async function patiently(log: Log, event: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    rethrowCrash(error);
    log.warn(event, { error, reason: error instanceof KenkoError ? error.why : '' });
  }
}
