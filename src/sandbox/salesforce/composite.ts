// Several requests in one: composite (25 parts, 5 of them queries or collections), batch and graph. Each part walks the
// same routes as a call of its own; the whole counts as one call.

import type { Hono } from 'hono';
import { error, json, WholeRefusal, wholeError } from './answers.ts';
import { bodyOf, type Call, type OrgEnv, tidy } from './env.ts';

interface Part {
  readonly method: string;
  readonly url: string;
  readonly referenceId: string;
  readonly body?: unknown;
  readonly httpHeaders?: Readonly<Record<string, string>>;
}
interface PartAnswer {
  readonly body: unknown;
  readonly httpHeaders: Readonly<Record<string, string>>;
  readonly httpStatusCode: number;
  readonly referenceId: string;
}

const mostParts = 25;
const mostHeavyParts = 5;
const mostNodes = 500;
const mostGraphs = 75;
const mostDepth = 15;
const mostKinds = 15;

export function compositeRoutes(app: Hono<OrgEnv>): void {
  const base = '/services/data/:version/composite';
  app.post(base, async (call) => {
    const body = await bodyOf(call);
    const parts = partsOf(body['compositeRequest']);
    if (parts.length > mostParts)
      refuse(`Limit exceeded: ${parts.length} subrequests, at most ${mostParts} are allowed`);
    const heavy = parts.filter((part) => /\/(query|queryAll|composite\/sobjects)(\/|\?|$)/.test(part.url)).length;
    if (heavy > mostHeavyParts)
      refuse(`Limit exceeded: ${heavy} queries and sObject collections, at most ${mostHeavyParts} are allowed`);
    return json(200, { compositeResponse: await runParts(app, call, parts, body['allOrNone'] === true) });
  });
  app.post(`${base}/batch`, async (call) => {
    const body = await bodyOf(call);
    const asked = Array.isArray(body['batchRequests']) ? (body['batchRequests'] as Record<string, unknown>[]) : [];
    if (asked.length > mostParts) refuse(`Limit exceeded: at most ${mostParts} subrequests are allowed`);
    const results: { statusCode: number; result: unknown }[] = [];
    for (const one of asked) {
      const halted = body['haltOnError'] === true && results.some((result) => result.statusCode >= 400);
      if (halted) {
        results.push({
          statusCode: 412,
          result: [wholeError(error('BATCH_PROCESSING_HALTED', 'Batch processing halted', null))],
        });
        continue;
      }
      const url = `/services/data/${String(one['url']).replace(/^\/?(services\/data\/)?/, '')}`;
      const answer = await runPart(app, call, {
        method: String(one['method']),
        url,
        referenceId: '',
        body: one['richInput'],
      });
      results.push({ statusCode: answer.httpStatusCode, result: answer.body });
    }
    return json(200, { hasErrors: results.some((result) => result.statusCode >= 400), results });
  });
  app.post(`${base}/graph`, async (call) => {
    const body = await bodyOf(call);
    const graphs = Array.isArray(body['graphs']) ? (body['graphs'] as Record<string, unknown>[]) : [];
    const nodes = graphs.map((graph) => partsOf(graph['compositeRequest']));
    if (graphs.length > mostGraphs || nodes.flat().length > mostNodes)
      refuse(`Limit exceeded: at most ${mostGraphs} graphs and ${mostNodes} nodes are allowed`);
    for (const graph of nodes) fitsGraph(graph);
    const answers: unknown[] = [];
    let failures = 0;
    for (const [at, graph] of graphs.entries()) {
      const parts = nodes[at] ?? [];
      const compositeResponse = failures > 14 ? parts.map(halted) : await runParts(app, call, parts, true);
      const isSuccessful = compositeResponse.every((part) => part.httpStatusCode < 400);
      if (!isSuccessful) failures += 1;
      answers.push({ graphId: graph['graphId'], graphResponse: { compositeResponse }, isSuccessful });
    }
    return json(200, { graphs: answers });
  });
}

function refuse(message: string): never {
  throw new WholeRefusal(400, error('LIMIT_EXCEEDED', message, null));
}
/** A graph may be 15 references deep, and speak of 15 kinds of nodes: same object, same method. */
function fitsGraph(parts: readonly Part[]): void {
  const depths = new Map<string, number>();
  for (const part of parts) {
    const named = [...JSON.stringify([part.url, part.body ?? null]).matchAll(/@\{(\w+)/g)].map(
      (match) => match[1] ?? '',
    );
    depths.set(part.referenceId, 1 + Math.max(0, ...named.map((name) => depths.get(name) ?? 0)));
  }
  const kinds = new Set(parts.map((part) => `${part.method} ${/\/sobjects\/(\w+)/.exec(part.url)?.[1] ?? part.url}`));
  if (Math.max(0, ...depths.values()) > mostDepth) refuse(`Limit exceeded: a graph is at most ${mostDepth} deep`);
  if (kinds.size > mostKinds) refuse(`Limit exceeded: a graph has at most ${mostKinds} different kinds of nodes`);
}
function partsOf(given: unknown): Part[] {
  return Array.isArray(given) ? (given as Part[]) : [];
}

async function runParts(
  app: Hono<OrgEnv>,
  call: Call,
  parts: readonly Part[],
  allOrNone: boolean,
): Promise<PartAnswer[]> {
  const store = call.get('org').store;
  const mark = store.mark();
  const answers: PartAnswer[] = [];
  for (const part of parts) {
    const filled = fill(part, answers);
    const strict =
      allOrNone && part.url.includes('/composite/sobjects') ? { ...filled, body: strictBody(filled.body) } : filled;
    answers.push(await runPart(app, call, strict));
  }
  if (!allOrNone || !answers.some(failed)) return answers;
  store.rollback(mark);
  return answers.map((answer) => (failed(answer) ? answer : { ...halted(answer), httpStatusCode: 400 }));
}
const strictBody = (body: unknown) => (typeof body === 'object' && body !== null ? { ...body, allOrNone: true } : body);
function failed(answer: PartAnswer): boolean {
  if (answer.httpStatusCode >= 400) return true;
  return Array.isArray(answer.body) && answer.body.some((row: { success?: boolean } | null) => row?.success === false);
}
function halted(part: { readonly referenceId: string }): PartAnswer {
  const text = 'The transaction was rolled back since another operation in the same transaction failed.';
  return {
    body: [{ errorCode: 'PROCESSING_HALTED', message: text }],
    httpHeaders: {},
    httpStatusCode: 400,
    referenceId: part.referenceId,
  };
}

async function runPart(app: Hono<OrgEnv>, call: Call, part: Part): Promise<PartAnswer> {
  const hasBody = part.body !== undefined && part.body !== null;
  const shared = ['sforce-duplicate-rule-header', 'sforce-auto-assign', 'sforce-query-options'].flatMap((name) => {
    const value = call.req.header(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const request = new Request(`http://127.0.0.1${part.url.replaceAll(' ', '%20')}`, {
    method: part.method.toUpperCase(),
    headers: { ...Object.fromEntries(shared), ...part.httpHeaders, 'content-type': 'application/json' },
    ...(hasBody ? { body: JSON.stringify(part.body) } : {}),
  });
  const answer = await app.fetch(tidy(request), {
    ...call.env,
    inside: { user: call.get('user'), counter: call.get('counter') },
  });
  const text = await answer.text();
  const told = ['ETag', 'Last-Modified', 'Location'].flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    body: text === '' ? null : JSON.parse(text),
    httpHeaders: Object.fromEntries(told),
    httpStatusCode: answer.status,
    referenceId: part.referenceId,
  };
}

/** Puts earlier answers in the place of `@{reference.path}`. */
function fill(part: Part, answers: readonly PartAnswer[]): Part {
  const look = (whole: string, path: string) => {
    const [reference, ...steps] = path.split(/[.[\]]+/).filter((step) => step !== '');
    let at: unknown = answers.find((answer) => answer.referenceId === reference)?.body;
    for (const step of steps) at = (at as Record<string, unknown> | null | undefined)?.[step];
    return at === undefined || at === null ? whole : String(at);
  };
  const fillText = (text: string) => text.replace(/@\{([^}]+)\}/g, look);
  const body = part.body === undefined ? undefined : JSON.parse(fillText(JSON.stringify(part.body)));
  return { ...part, url: fillText(part.url), ...(body === undefined ? {} : { body }) };
}
