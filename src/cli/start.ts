// kenko start: the scheduler, health endpoints and console in one process. Ends politely on SIGTERM.

import { randomBytes } from 'node:crypto';
import { machine } from '../app.ts';
import { startConsole } from '../console/server.ts';
import { UsageError } from '../lib/errors.ts';
import { Secret } from '../lib/secret.ts';
import type { Emit } from '../pipeline/events.ts';
import { type Hall, job } from '../pipeline/hall.ts';
import { createCounters } from '../pipeline/metrics.ts';
import { run as runPipeline } from '../pipeline/run.ts';
import { startDaemon } from '../scheduler/daemon.ts';
import { intervalSeconds } from '../scheduler/slots.ts';
import { version } from './about.ts';
import { type CommandContext, localTime, textOption } from './command.ts';
import { withApp } from './home.ts';

/** What a slot of the schedule asks for. */
const nightly = {
  kind: 'run',
  until: null,
  source: null,
  account: null,
  asOf: null,
  reread: true,
  lifted: false,
} as const;
/** 128 bits and more, however they are written. */
const shortestToken = 16;

export async function start(context: CommandContext): Promise<number> {
  return await withApp(context, 'crms', async (app) => {
    const { hall, log } = app;
    const { home } = hall.decisions;
    if (home.schedule === null) {
      throw new UsageError('there is no schedule', {
        where: 'config/kenko.yaml',
        why: 'start runs on a schedule, and this home has none.',
        fix: 'Write one, for example every day at five:\n  schedule: "0 5 * * *"',
      });
    }
    const given = machine().env[home.console.tokenEnv] ?? '';
    if (given !== '' && given.length < shortestToken) {
      throw new UsageError(`${home.console.tokenEnv} is shorter than ${shortestToken} characters`, {
        why: 'Whoever guesses it sees every customer.',
        fix: `Make a long one:\n  export ${home.console.tokenEnv}=$(openssl rand -hex 24)`,
      });
    }
    const host = textOption(context, 'host') ?? home.console.host;
    // What start prints ends up in the log of a container; beyond this machine that is no place for a key.
    if (given === '' && !isLoopback(host)) {
      throw new UsageError(`${home.console.tokenEnv} is not set, and the console would listen on ${host}`, {
        why: 'A token that start makes stands in its log; beyond this machine only people who may see every customer should have it.',
        fix: `Make a long one:\n  export ${home.console.tokenEnv}=$(openssl rand -hex 24)`,
      });
    }
    // A secret, so that no message repeats it.
    const token = given === '' ? randomBytes(24).toString('base64url') : new Secret(given).reveal();
    const counters = createCounters();
    const counted: Emit = (event) => {
      counters.take(event);
      hall.emit(event);
    };
    const daemon = startDaemon({
      schedule: { cron: home.schedule, zone: home.zone },
      missedRuns: home.missedRuns,
      job,
      store: hall.store,
      now: hall.clock.now,
      log,
      run: async (slot, signal) => {
        const request = { ...nightly, slot };
        // Where somebody changed the files since this process began, the run takes them as they are now; G11 asks for a yes.
        const isCurrent = (await hall.isStillDecided?.()) !== false;
        if (!isCurrent) log.warn('config.changed', { slot });
        const runIn = (mine: Hall) => runPipeline({ ...mine, actor: 'scheduler', emit: counted }, request, signal);
        const report = isCurrent ? await runIn(hall) : await withApp(context, 'crms', (now) => runIn(now.hall));
        counters.ended(report);
        return report;
      },
      onSuccess: (report) => app.beat(report),
      onLook: () => app.notify(),
    });
    const server = await startConsole({
      host,
      port: Number(textOption(context, 'port') ?? home.console.port),
      token,
      store: hall.store,
      decisions: hall.decisions,
      prepared: hall.prepared,
      version,
      now: hall.clock.now,
      draining: () => daemon.draining,
      nextSlot: daemon.nextSlot,
      counters,
      intervalSeconds: intervalSeconds({ cron: home.schedule, zone: home.zone }, hall.clock.now()),
    });
    context.output.err(
      `console  ${server.url}${given === '' ? `  token ${token}` : ''}\nhealth   ${server.url}/livez  ${server.url}/readyz\nnext run ${localTime(await daemon.nextSlot(), home.zone)}\n`,
    );
    log.info('start', { url: server.url, next: (await daemon.nextSlot()) ?? 'never', version });
    // Not waited for: a slot that is due now may take an hour, and a signal must be heard meanwhile.
    daemon.look().catch((error: unknown) => log.error('tick.failed', { error }));
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve();
      else context.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    log.info('stop', { signal: String((context.signal.reason as { signal?: string })?.signal ?? '') });
    await daemon.stop(context.signal.reason);
    await server.close();
    throw context.signal.reason;
  });
}

function isLoopback(host: string): boolean {
  return ['localhost', '::1', '[::1]'].includes(host) || /^127(\.\d{1,3}){3}$/.test(host);
}
