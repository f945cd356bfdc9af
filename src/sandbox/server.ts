// Two loopback servers that pretend to be Salesforce and HubSpot over one world: ports, the request log, the control
// routes (`/__faults`, `/__requests`, `/__people`, `/__clock`, `/__day`), and the carrying out of planned faults. Knows no
// vendor's routes; those are the halves'. Listens on 127.0.0.1 and nowhere else.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { seededChance } from '../lib/chance.ts';
import { systemClock } from '../lib/clock.ts';
import { type PushableClock, pushableClock } from './clock.ts';
import { type Fault, type FaultAction, FaultPlan, ordersOf, spoil } from './faults.ts';
import type { Half } from './half.ts';
import { openPortal } from './hubspot/portal.ts';
import { act } from './people.ts';
import { countsOf, type RequestCounts, type RequestLogEntry } from './request-log.ts';
import { openOrg } from './salesforce/org.ts';
import { type Answer, answerOf, breakOff, json, listen, readAll, requestOf, send } from './wire.ts';
import { type SetupField, setupFields } from './world/setup-fields.ts';
import { makeWorld, type World } from './world.ts';

export interface SandboxOptions {
  /** 0 or absent: any free port. */
  readonly salesforcePort?: number;
  readonly hubspotPort?: number;
  /** Same seed, same world. Default 1. */
  readonly seed?: number;
  /** How many customers. Default 500. */
  readonly accounts?: number;
  /** Where the sandbox's clock starts; the machine's now by default. */
  readonly now?: string;
  /** How long each answer takes. Default 0. */
  readonly latencyMs?: number;
  /** The short way to fields that `setup` would make: true for the usual ones, or a list. Default false: there are none. */
  readonly setUp?: boolean | readonly SetupField[];
}
export type { RequestCounts, RequestLogEntry } from './request-log.ts';
export interface SandboxSide {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  requests(): readonly RequestLogEntry[];
  counts(): RequestCounts;
  forgetRequests(): void;
  readonly faults: FaultPlan;
  /** The pretend CRM itself, to look at and to change by hand. */
  readonly half: Half;
}
export interface Sandbox {
  readonly salesforce: SandboxSide & { readonly org: string };
  readonly hubspot: SandboxSide & { readonly portal: string };
  readonly world: World;
  readonly clock: PushableClock;
  /** Both plans at once; `plant` on a side for one of them. */
  readonly faults: { plant(vendor: Half['vendor'], ...faults: readonly Fault[]): void; clear(): void };
  close(): Promise<void>;
}

/** Starts both servers on loopback. Throws when a wanted port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const clock = pushableClock(options.now);
  const seed = options.seed ?? 1;
  const world = makeWorld({ seed, accounts: options.accounts ?? 500, now: clock.now() });
  const urls = { salesforce: '', hubspot: '' };
  const org = openOrg({ clock, world, chance: seededChance(seed + 101), url: () => urls.salesforce });
  const portal = openPortal({ clock, world, chance: seededChance(seed + 202), url: () => urls.hubspot });
  if (options.setUp !== undefined && options.setUp !== false) {
    const wanted = options.setUp === true ? setupFields : options.setUp;
    org.setUp(wanted);
    portal.setUp(wanted);
  }
  const both = { salesforce: org, hubspot: portal };
  const shared = { clock, world, halves: both, latencyMs: options.latencyMs ?? 0 };
  const salesforce = await openSide(org, options.salesforcePort ?? 0, shared);
  const hubspot = await openSide(portal, options.hubspotPort ?? 0, shared).catch(async (error: unknown) => {
    await salesforce.close();
    throw error;
  });
  urls.salesforce = salesforce.side.url;
  urls.hubspot = hubspot.side.url;
  return {
    salesforce: { ...salesforce.side, org: org.identity },
    hubspot: { ...hubspot.side, portal: portal.identity },
    world,
    clock,
    faults: {
      plant: (vendor, ...faults) => (vendor === 'salesforce' ? salesforce : hubspot).side.faults.plant(...faults),
      clear: () => {
        salesforce.side.faults.clear();
        hubspot.side.faults.clear();
      },
    },
    close: async () => {
      await Promise.all([salesforce.close(), hubspot.close()]);
    },
  };
}

interface Shared {
  readonly clock: PushableClock;
  readonly world: World;
  readonly halves: { readonly salesforce: Half; readonly hubspot: Half };
  readonly latencyMs: number;
}
async function openSide(half: Half, port: number, shared: Shared) {
  const log: RequestLogEntry[] = [];
  let count = 0;
  const faults = new FaultPlan();
  const sleepers: { left: number; readonly run: () => Promise<unknown> }[] = [];
  const sockets = new AbortController();

  async function control(path: string, method: string, body: string): Promise<Answer> {
    const given: unknown = body === '' ? {} : JSON.parse(body);
    if (path.startsWith('/__faults')) {
      if (method === 'DELETE') faults.clear();
      if (method === 'POST') faults.plant(...faultsIn(given));
      return json(200, { planted: faults.planted() });
    }
    if (path.startsWith('/__requests')) {
      const answer = json(200, { counts: countsOf(log), requests: log });
      if (method === 'DELETE') log.length = 0;
      return answer;
    }
    if (path.startsWith('/__people') && method === 'POST')
      return json(200, act(asObject(given), { ...shared.halves, clock: shared.clock, vendor: half.vendor }));
    if (path.startsWith('/__clock')) {
      const push = asObject(given)['push'];
      if (method === 'POST' && (typeof push === 'number' || typeof push === 'string')) shared.clock.push(push);
      return json(200, { now: shared.clock.now() });
    }
    if (path.startsWith('/__day') && method === 'POST') return json(200, { news: shared.world.liveADay() });
    return json(404, { error: 'no such control route' });
  }

  /** What must happen before the call is done. */
  async function prepare(actions: readonly FaultAction[]): Promise<void> {
    for (const action of actions) {
      if (action.do === 'delay') await systemClock.sleep(action.ms, sockets.signal).catch(() => undefined);
      else if (action.do === 'expire_token') half.expireTokens();
      else if (action.do === 'refresh') half.setRefresh(action.answer);
      else if (action.do === 'daily_limit') half.setDailyLimit(action);
      else if (action.do === 'drop_field') half.store.dropField(action.object, action.field);
      else if (action.do === 'human') act(action.act, { ...shared.halves, clock: shared.clock, vendor: half.vendor });
      else if (action.do === 'clock') shared.clock.push(action.push);
      else if (action.do === 'knob') half.setKnob(action.name, action.value);
    }
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readAll(incoming);
    const method = incoming.method ?? 'GET';
    const path = incoming.url ?? '/';
    const text = new TextDecoder().decode(body);
    if (path.startsWith('/__')) return send(outgoing, await control(path, method, text), shared.clock);
    const kind = half.kindOf(method, path, text);
    for (const sleeper of [...sleepers]) {
      sleeper.left -= 1;
      if (sleeper.left > 0) continue;
      sleepers.splice(sleepers.indexOf(sleeper), 1);
      await sleeper.run();
    }
    const actions = faults.take({ method, path, kind });
    const at = shared.clock.now();
    count += 1;
    const n = count;
    const note = (status: number, responseBytes: number) =>
      log.push({
        n,
        at,
        method,
        path,
        kind,
        mutating: kind === 'write',
        status,
        requestBytes: body.length,
        responseBytes,
        faults: actions.map((action) => action.do),
      });
    if (shared.latencyMs > 0) await systemClock.sleep(shared.latencyMs, sockets.signal).catch(() => undefined);
    await prepare(actions);
    const doIt = () => half.fetch(requestOf(incoming, body), ordersOf(actions)).then(answerOf);
    const has = (what: FaultAction['do']) => actions.find((action) => action.do === what);
    const hang = actions.find((action) => action.do === 'hang');
    const zombie = actions.find((action) => action.do === 'zombie');
    if (has('reset_before') !== undefined || zombie !== undefined || (hang !== undefined && hang.applied !== true)) {
      note(0, 0);
      if (zombie !== undefined) sleepers.push({ left: zombie.calls, run: doIt });
      if (hang === undefined) incoming.socket.resetAndDestroy();
      return;
    }
    const status = actions.find((action) => action.do === 'status');
    const answer = status === undefined ? await doIt() : await answerOf(half.refuse(status.status, status));
    if (has('reset_after') !== undefined || hang !== undefined) {
      note(0, 0);
      if (hang === undefined) incoming.socket.resetAndDestroy();
      return;
    }
    const half500 = actions.find((action) => action.do === 'apply_first');
    const told = half500 === undefined ? answer : await answerOf(half.refuse(half500.status ?? 500, {}));
    const spoilt = actions.find((action) => action.do === 'body');
    if (spoilt !== undefined) spoil(told, spoilt.variant);
    note(told.status, told.body.length);
    if (spoilt?.variant === 'drop') return breakOff(outgoing, told);
    send(outgoing, told, shared.clock);
  }

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      if (outgoing.headersSent) outgoing.destroy();
      else
        send(
          outgoing,
          json(500, { sandboxError: error instanceof Error ? (error.stack ?? '') : String(error) }),
          shared.clock,
        );
    });
  });
  const listening = await listen(server, port);
  const side: SandboxSide = {
    url: `http://127.0.0.1:${listening}`,
    port: listening,
    token: half.token,
    requests: () => log,
    counts: () => countsOf(log),
    forgetRequests: () => {
      log.length = 0;
    },
    faults,
    half,
  };
  const close = () =>
    new Promise<void>((resolve) => {
      sockets.abort();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { side, close };
}

function asObject(given: unknown): Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Record<string, unknown>) : {};
}
/** `{"faults": […]}`, a list, or one fault; what has no action is refused aloud. */
function faultsIn(given: unknown): Fault[] {
  const listed = asObject(given)['faults'] ?? (Array.isArray(given) ? given : [given]);
  const faults = Array.isArray(listed) ? (listed as Fault[]) : [];
  for (const fault of faults)
    if (typeof fault?.action?.do !== 'string') throw new Error('a fault needs an action: {"action": {"do": …}}');
  return faults;
}
