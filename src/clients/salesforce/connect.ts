// Opens a client for one org: session, calls, queries, describes. What comes out speaks of objects, fields and rows; it
// knows no mapping, no effect and no source.

import type { Chance } from '../../lib/chance.ts';
import type { Clock } from '../../lib/clock.ts';
import { DriftError, UnavailableError } from '../../lib/errors.ts';
import { type Caller, createCaller, type Usage } from './call.ts';
import { deployFiles } from './deploy.ts';
import { codeOf } from './errors.ts';
import { createGrant, type GrantSettings } from './grant.ts';
import { type Looked, type Looking, lookTogether, type Single } from './look.ts';
import { longId } from './record-id.ts';
import { createWire, type ProxySettings } from './wire.ts';

export interface SalesforceSettings {
  readonly grant: GrantSettings;
  /** `66.0`: jsforce's own default is a version of 2020. */
  readonly apiVersion: string;
  /** Deadline of one REST call. Salesforce itself allows ten minutes, which is why a late write is unknown. */
  readonly timeoutMs: number;
  readonly proxy: ProxySettings | null;
}
export interface SalesforceTools {
  readonly clock: Clock;
  readonly chance: Chance;
}

/** One row of an answer, as it came. */
export type Row = Readonly<Record<string, unknown>>;

export interface OrgIdentity {
  readonly org: string;
  readonly name: string;
  readonly sandbox: boolean;
}
/** What we use of a field's describe. */
export interface FieldDescription {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly calculated: boolean;
  readonly externalId: boolean;
  readonly unique: boolean;
  readonly restrictedPicklist: boolean;
  readonly picklistValues: readonly { readonly value: string; readonly active: boolean }[];
}
export interface ObjectDescription {
  readonly name: string;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly fields: ReadonlyMap<string, FieldDescription>;
}
/** What became of one component of the Metadata API. */
export interface MetadataResult {
  readonly fullName: string;
  readonly success: boolean;
  readonly code: string | null;
  readonly says: string;
}

export interface SalesforceClient {
  readonly apiVersion: string;
  readonly timeoutMs: number;
  /** The way out itself, for the files of this room that build on it. */
  readonly caller: Caller;
  readonly send: Caller['send'];
  readonly read: Caller['read'];
  readonly usage: () => Usage;
  readonly skewMs: Caller['skewMs'];
  /** Now by their clock, as far as we know it; ISO in UTC. */
  now(): string;
  /** Signs in and asks where we are; asks once. @throws DriftError when the org does not know the API version. */
  identify(signal: AbortSignal): Promise<OrgIdentity>;
  /** Id of the user we are. */
  user(signal: AbortSignal): Promise<string>;
  /** Describes and small queries in one call, always anew; also answers `identify` and `described` from then on. */
  look(looking: Looking, signal: AbortSignal): Promise<Looked>;
  /** Pages of a query until the server says done; `all` includes deleted and archived rows. */
  query(soql: string, options: QueryOptions): AsyncGenerator<readonly Row[]>;
  /** All rows of a query that is known to be small. */
  rows(soql: string, options: QueryOptions): Promise<readonly Row[]>;
  /** As the running user sees it: fields that may not be seen are not there. @throws DriftError for an unknown object. */
  describe(object: string, signal: AbortSignal): Promise<ObjectDescription>;
  /** The same, where an answer of the last minutes is good enough. */
  described(object: string, signal: AbortSignal): Promise<ObjectDescription>;
  /** Components as they are; those that do not exist are left out. */
  readMetadata(type: string, names: readonly string[]): Promise<readonly Row[]>;
  /** At most ten components a call, as the vendor wants it. */
  changeMetadata(
    how: 'create' | 'update' | 'upsert',
    type: string,
    items: readonly Row[],
  ): Promise<readonly MetadataResult[]>;
  /** Deploys files as one package, all or nothing, and waits for it; what was refused, file by file. */
  deploy(files: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly MetadataResult[]>;
  close(): Promise<void>;
}
export interface QueryOptions {
  readonly name: string;
  readonly all?: boolean;
  /** More rows than this are not read: TooManyRows instead of the first page. */
  readonly atMost?: number;
  readonly signal: AbortSignal;
}
/** A query found more rows than the caller wants to read; nothing was given out. */
export class TooManyRows extends Error {
  override name = 'TooManyRows';
}

/** A client for one org. Nothing is sent before the first call. */
export function openSalesforceClient(settings: SalesforceSettings, tools: SalesforceTools): SalesforceClient {
  const { apiVersion, timeoutMs } = settings;
  const wire = createWire(settings.proxy);
  const grant = createGrant({ settings: settings.grant, wire, clock: tools.clock, timeoutMs });
  const caller = createCaller({ wire, grant, apiVersion, timeoutMs, ...tools });
  let identity: OrgIdentity | null = null;
  const descriptions = new Map<string, { readonly at: number; readonly description: ObjectDescription }>();
  const remember = (object: string, description: ObjectDescription) => {
    descriptions.set(object, { at: tools.clock.ticks(), description });
    return description;
  };

  async function* query(soql: string, options: QueryOptions): AsyncGenerator<readonly Row[]> {
    let path: string | null = `/${options.all === true ? 'queryAll' : 'query'}?q=${encodeURIComponent(soql)}`;
    while (path !== null) {
      const call = { name: options.name, kind: 'read', method: 'GET', path, signal: options.signal } as const;
      const page = asRow(await caller.read(call));
      const records = page['records'];
      if (!Array.isArray(records) || typeof page['done'] !== 'boolean') throw broken(options.name);
      if (Number(page['totalSize']) > (options.atMost ?? Infinity)) throw new TooManyRows();
      yield records.map(asRow);
      path = page['done'] ? null : nextPath(page['nextRecordsUrl'], options.name);
    }
  }
  async function rows(soql: string, options: QueryOptions): Promise<readonly Row[]> {
    for (let turn = 1; ; turn++) {
      try {
        const all: Row[] = [];
        for await (const page of query(soql, options)) all.push(...page);
        return all;
      } catch (error) {
        // The place in the pages was lost: nothing was given out yet, so it begins anew, once.
        if (codeOf(error) !== 'INVALID_QUERY_LOCATOR' || turn > 1) throw error;
      }
    }
  }

  async function describe(object: string, signal: AbortSignal): Promise<ObjectDescription> {
    const path = `/sobjects/${encodeURIComponent(object)}/describe`;
    const found = descriptionOf(await caller.read({ name: 'describe', kind: 'read', method: 'GET', path, signal }));
    if (found === null) throw broken('describe');
    return remember(object, found);
  }
  async function look(looking: Looking, signal: AbortSignal): Promise<Looked> {
    const single: Single = {
      describe: (object) => describe(object, signal),
      rows: (name, soql) => rows(soql, { name, signal }),
      descriptionOf,
    };
    const queries = { organization: organizationQuery, ...looking.queries };
    let looked: Looked;
    try {
      looked = await lookTogether(caller, apiVersion, { ...looking, queries }, single, signal);
    } catch (error) {
      // An org that does not know the version answers as if nothing were there: say what it is.
      if (error instanceof DriftError) await requireVersion(caller, apiVersion, signal);
      throw error;
    }
    for (const [object, found] of looked.described) if (!(found instanceof Error)) remember(object, found);
    const found = looked.rows.get('organization');
    if (found instanceof Error) throw found;
    identity = await identityOf(found?.[0] ?? {}, signal);
    return looked;
  }
  async function identityOf(row: Row, signal: AbortSignal): Promise<OrgIdentity> {
    const org = (await grant.session()).org ?? row['Id'] ?? (await askIds(caller, signal))[0];
    return {
      org: longId(String(org ?? '')),
      name: String(row['Name'] ?? ''),
      sandbox: row['IsSandbox'] === true || row['OrganizationType'] === 'Developer Edition',
    };
  }

  return {
    apiVersion,
    timeoutMs,
    caller,
    send: caller.send,
    read: caller.read,
    usage: caller.usage,
    skewMs: caller.skewMs,
    now: () => new Date(Date.parse(tools.clock.now()) + (caller.skewMs() ?? 0)).toISOString(),
    async identify(signal) {
      if (identity === null) await look({ objects: [], queries: {} }, signal);
      return identity as unknown as OrgIdentity;
    },
    user: async (signal) => longId((await grant.session()).user ?? (await askIds(caller, signal))[1] ?? ''),
    look,
    query,
    rows,
    describe,
    async described(object, signal) {
      const known = descriptions.get(object);
      if (known !== undefined && tools.clock.ticks() - known.at < descriptionLifeMs) return known.description;
      return await describe(object, signal);
    },
    async readMetadata(type, names) {
      const found = await caller.metadata('metadata.read', 'read', (api) => api.read(type, names));
      return (Array.isArray(found) ? found : [found]).map(asRow).filter((item) => typeof item['fullName'] === 'string');
    },
    async changeMetadata(how, type, items) {
      descriptions.clear();
      const answer = await caller.metadata(`metadata.${how}`, 'write', (api) => api[how](type, items));
      return (answer as readonly unknown[]).map(metadataResult);
    },
    async deploy(files, signal) {
      descriptions.clear();
      return await deployFiles(caller, tools.clock, files, signal);
    },
    close: () => wire.close(),
  };
}

const organizationQuery = 'SELECT Id, Name, IsSandbox, OrganizationType FROM Organization LIMIT 1';
/** Within one run an object does not change its fields under us; between two runs it is asked about anew. */
const descriptionLifeMs = 5 * 60_000;

function descriptionOf(body: unknown): ObjectDescription | null {
  const described = asRow(body);
  if (!Array.isArray(described['fields'])) return null;
  const fields = (described['fields'] as readonly FieldDescription[]).map((field) => [field.name, field] as const);
  return {
    name: String(described['name']),
    createable: described['createable'] === true,
    updateable: described['updateable'] === true,
    fields: new Map(fields),
  };
}

async function requireVersion(caller: Caller, version: string, signal: AbortSignal): Promise<void> {
  const call = { name: 'versions', kind: 'read', method: 'GET', path: '/services/data', signal } as const;
  const list = await caller.read(call);
  const known = Array.isArray(list) ? list.map((entry) => String(asRow(entry)['version'])) : [];
  if (known.includes(version)) return;
  throw new DriftError(`this org does not speak API version ${version}`, [], {
    where: 'mappings/salesforce.yaml connection.api_version',
    why: 'Salesforce answers only in versions it lists.',
    fix: `Choose one of: ${known.slice(-6).join(', ')}`,
  });
}

/** For a given token: the root of the API names the identity URL, `…/id/<org>/<user>`. */
async function askIds(caller: Caller, signal: AbortSignal): Promise<readonly (string | undefined)[]> {
  const root = asRow(await caller.read({ name: 'root', kind: 'read', method: 'GET', path: '/', signal }));
  const match = /\/id\/([A-Za-z0-9]{15,18})\/([A-Za-z0-9]{15,18})$/.exec(String(root['identity'] ?? ''));
  return [match?.[1], match?.[2]];
}

/** Only the path of a next page is followed, on the host we signed in to. */
function nextPath(next: unknown, name: string): string {
  const path = typeof next === 'string' ? (URL.parse(next, 'https://same.invalid')?.pathname ?? '') : '';
  if (!/^\/services\/data\/v\d+\.\d+\/query(All)?\/[A-Za-z0-9_-]+$/.test(path)) throw broken(name);
  return path;
}
function broken(name: string): UnavailableError {
  return new UnavailableError(`Salesforce answered ${name} with something else`, {
    where: `salesforce ${name}`,
    why: 'The answer lacks what every such answer has.',
    fix: 'The next run tries again.',
  });
}

function metadataResult(entry: unknown): MetadataResult {
  const result = asRow(entry);
  const errors = Array.isArray(result['errors']) ? result['errors'] : [result['errors']];
  const first = asRow(errors[0]);
  return {
    fullName: String(result['fullName'] ?? ''),
    success: result['success'] === true || result['success'] === 'true',
    code: typeof first['statusCode'] === 'string' ? first['statusCode'] : null,
    says: String(first['message'] ?? ''),
  };
}

export function asRow(value: unknown): Row {
  return typeof value === 'object' && value !== null ? (value as Row) : {};
}
