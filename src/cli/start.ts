// kenko start: the scheduler, health endpoints and console in one process. Ends politely on SIGTERM.

import { randomBytes } from 'node:crypto';
import { machine } from '../app.ts';
import { startConsole } from '../console/server.ts';
import { rethrowCrash, UsageError } from '../lib/errors.ts';
import { job } from '../pipeline/hall.ts';
import { run as runPipeline } from '../pipeline/run.ts';
import { startDaemon } from '../scheduler/daemon.ts';
import { version } from './about.ts';
import { type CommandContext, textOption } from './command.ts';
import { withApp } from './home.ts';

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
    const token = machine().env[home.console.tokenEnv] ?? randomBytes(24).toString('base64url');
    const daemon = startDaemon({
      schedule: { cron: home.schedule, zone: home.zone },
      missedRuns: home.missedRuns,
      job,
      store: hall.store,
      now: hall.clock.now,
      log,
      run: (slot, signal) =>
        runPipeline(
          { ...hall, actor: 'scheduler' },
          { kind: 'run', until: null, source: null, account: null, asOf: null, slot, reread: true, lifted: false },
          signal,
        ),
      onSuccess: async (report) => {
        if (home.heartbeatUrl === null) return;
        await app.heartbeat(home.heartbeatUrl, { run: report.runId, state: report.state }).catch((error: unknown) => {
          rethrowCrash(error);
          log.warn('heartbeat.failed', { error });
        });
      },
    });
    const server = await startConsole({
      host: textOption(context, 'host') ?? home.console.host,
      port: Number(textOption(context, 'port') ?? home.console.port),
      token,
      store: hall.store,
      decisions: hall.decisions,
      version,
      now: hall.clock.now,
      draining: () => daemon.draining,
      nextSlot: daemon.nextSlot,
    });
    context.output.err(
      `console  ${server.url}${machine().env[home.console.tokenEnv] === undefined ? `  token ${token}` : ''}\nhealth   ${server.url}/livez  ${server.url}/readyz\nnext run ${(await daemon.nextSlot()) ?? 'never'}\n`,
    );
    log.info('start', { url: server.url, next: (await daemon.nextSlot()) ?? 'never', version });
    await daemon.look();
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
