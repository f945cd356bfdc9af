// Answers that were recorded without their requests (amp-labs/connectors, MIT; restforce, MIT): each with the call that
// brings it about, made here after the API's documents, and the answers held side by side.

import { pretendClient } from '../../../../src/sandbox/salesforce/oauth.ts';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/server.ts';
import type { Proof } from '../../report.ts';
import { differences } from './compare.ts';
import { isHere, jsonOf, textOf } from './fixtures.ts';
import { differencesOfText, jsonIn } from './replay.ts';

const base = '/services/data/v60.0';

export interface Told {
  readonly status: number;
  readonly text: string;
}
/** One pretend org, and the calls that the cases below are made of. */
export class Caller {
  readonly sandbox: Sandbox;
  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
  }
  async send(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Told> {
    const answer = await fetch(this.sandbox.salesforce.url + path, {
      method,
      headers: { authorization: `Bearer ${this.sandbox.salesforce.token}`, 'content-type': type },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, text: await answer.text() };
  }
  query(soql: string): Promise<Told> {
    return this.send('GET', `${base}/query?q=${encodeURIComponent(soql)}`);
  }
  token(form: Readonly<Record<string, string>>): Promise<Told> {
    return this.send('POST', '/services/oauth2/token', String(new URLSearchParams(form)), formType);
  }
  soap(envelope: string): Promise<Told> {
    const signed = envelope.replace('TEST_ACCESS_TOKEN', this.sandbox.salesforce.token);
    return this.send('POST', '/services/Soap/m/60.0', signed, 'text/xml');
  }
  async make(type: string, fields: Readonly<Record<string, unknown>>): Promise<string> {
    return idIn(await this.send('POST', `${base}/sobjects/${type}`, fields));
  }
  first(type: string): string {
    const [row] = this.sandbox.salesforce.half.store.all(type);
    if (row === undefined) throw new Error(`the pretend org has no ${type}`);
    return row.id;
  }
}
const formType = 'application/x-www-form-urlencoded';
export function idIn(told: Told): string {
  return String((jsonIn(told.text) as { id?: unknown } | undefined)?.id);
}

export interface Case {
  /** The recorded answer. */
  readonly file: string;
  readonly status: number;
  /** Brings it about. */
  readonly ask: (caller: Caller) => Promise<Told>;
  /** Keys that the recorder cut out of the answer, or that newer releases added to it. */
  readonly cut?: boolean;
  /** How the bodies are compared, where not key by key. */
  readonly compare?: (recorded: unknown, ours: unknown) => string[];
}

/** `leftOut`: which recordings are not compared, and why. */
export async function proveBodies(name: string, load: () => Promise<readonly Case[]>, leftOut: string): Promise<Proof> {
  if (!isHere)
    return { name, compared: 0, agreed: 0, differences: [], skipped: 'the recorded answers are not on this machine' };
  const cases = await load();
  const found: string[] = [];
  let agreed = 0;
  for (const one of cases) {
    const sandbox = await startSandbox({ accounts: 10, setUp: true });
    try {
      const told = await one.ask(new Caller(sandbox));
      const differs = differencesIn(one, told);
      if (differs.length === 0) agreed += 1;
      found.push(...differs.map((text) => `${one.file}: ${text}`));
    } finally {
      await sandbox.close();
    }
  }
  return { name, compared: cases.length, agreed, differences: found, figures: `left out: ${leftOut}` };
}

function differencesIn(one: Case, told: Told): string[] {
  const status = told.status === one.status ? [] : [`status ${told.status} instead of ${one.status}`];
  if (!one.file.endsWith('.json')) return [...status, ...differencesOfText(textOf(one.file), told.text)];
  const text = textOf(one.file);
  const recorded = text.trim() === '' ? undefined : jsonOf(one.file);
  if (recorded === undefined) return told.text === '' ? status : [...status, 'a body where the recording has none'];
  const all = (one.compare ?? differences)(recorded, jsonIn(told.text));
  return [...status, ...(one.cut === true ? all.filter((text) => !text.endsWith(' too many')) : all)];
}

export { base, formType, pretendClient };
