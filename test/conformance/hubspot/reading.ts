// The connector reads every kind of record that a portal has as a source, signed in by OAuth: what it asks for on the way is
// held against the client's models and HubSpot's limits, and every record must arrive.

import { connectHubspot, hubspotConnection } from '../../../src/clients/hubspot/connect.ts';
import { seededChance } from '../../../src/lib/chance.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { openHubspotSource } from '../../../src/sources/hubspot.ts';
import type { Proof } from '../report.ts';
import { clientRoutes } from './client-routes.ts';
import { type Exchange, listen } from './exchanges.ts';
import { ids, openStage, type Stage } from './portal.ts';
import { requestProblems } from './request-checks.ts';

/** Object type → a property of it to read, and whether it hangs on a company. */
const kinds: Readonly<Record<string, { readonly property: string; readonly typeId: number | null }>> = {
  companies: { property: 'name', typeId: null },
  contacts: { property: 'lifecyclestage', typeId: 279 },
  deals: { property: 'dealname', typeId: 341 },
  tickets: { property: 'subject', typeId: 339 },
  tasks: { property: 'hs_task_subject', typeId: 192 },
  notes: { property: 'hs_note_body', typeId: 190 },
  meetings: { property: 'hs_meeting_title', typeId: 188 },
  calls: { property: 'hs_call_title', typeId: 182 },
  emails: { property: 'hs_email_subject', typeId: 186 },
  feedback_submissions: { property: 'hs_sentiment', typeId: 928 },
};
const activities = ['tasks', 'notes', 'meetings', 'calls', 'emails'];
/** More than two pages of the longest list. */
const many = 230;

async function fill(stage: Stage): Promise<void> {
  const companies = await ids(stage, 'companies', 10);
  for (const type of activities) {
    const { property, typeId } = kinds[type]!;
    const inputs = Array.from({ length: type === 'notes' ? many : 3 }, (_, at) => ({
      properties: { hs_timestamp: '2026-11-18T09:00:00Z', [property]: `${type} ${at}` },
      associations: [
        {
          to: { id: companies[at % companies.length] },
          types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeId }],
        },
      ],
    }));
    for (let at = 0; at < inputs.length; at += 100)
      await stage.ask('POST', `/crm/v3/objects/${type}/batch/create`, { inputs: inputs.slice(at, at + 100) });
  }
}

/** Reads one kind to its end; how many rows came, and how many of them know their company. */
async function drain(
  stage: Stage,
  version: string,
  object: string,
): Promise<{ readonly rows: number; readonly bound: number }> {
  const { property, typeId } = kinds[object]!;
  const column = { type: 'text', format: null, required: false, map: null, min: null, max: null } as const;
  const client = connectHubspot({
    connection: hubspotConnection.parse({
      client_id: 'pretend-client-id',
      client_secret: 'pretend-client-not-a-secret',
      refresh_token: 'pretend-refresh-not-a-secret',
      base_url: stage.box.hubspot.url,
      api_version: version,
    }),
    clock: systemClock,
    chance: seededChance(7),
    backoffMs: 1,
  });
  const source = openHubspotSource(
    {
      name: object,
      kind: 'hubspot',
      holds: 'events',
      settings: { object },
      key: ['id'],
      account: typeId === null ? null : { column: 'associated_company', kind: 'hubspot' },
      contact: null,
      at: null,
      columns: { said: { ...column, from: property } },
      ids: {},
      freshWithinDays: null,
      lookbackSeconds: 3600,
      rejectLimit: 1,
      label: { en: object, ja: object },
    },
    client,
  );
  const today = new Date().toISOString().slice(0, 10);
  let rows = 0;
  let bound = 0;
  for await (const page of source.read(source.streams[0]!, null, {
    asOf: today,
    today,
    signal: new AbortController().signal,
  })) {
    rows += page.records.length;
    bound += page.records.filter((record) => record.account !== null).length;
  }
  await source.close();
  return { rows, bound };
}

/** Reads everything once in a version of the API. */
export async function proveReading(
  version: string,
): Promise<{ readonly proof: Proof; readonly heard: readonly Exchange[] }> {
  const stage = await openStage({ now: new Date().toISOString() });
  try {
    await fill(stage);
    const ear = listen(stage.portal, stage.box.clock.now);
    const differences: string[] = [];
    let all = 0;
    for (const object of Object.keys(kinds)) {
      const there = [...stage.portal.state.store.all(object)].length;
      const { rows, bound } = await drain(stage, version, object);
      all += rows;
      if (rows !== there || rows === 0) differences.push(`${object}: ${rows} of ${there} records arrive`);
      if (kinds[object]!.typeId !== null && bound === 0) differences.push(`${object}: none knows its company`);
    }
    ear.stop();
    const routes = clientRoutes();
    const told = new Set(differences);
    let agreed = 0;
    for (const exchange of ear.heard) {
      const problems = requestProblems(exchange, routes);
      if (exchange.status >= 300) problems.push(`${exchange.path} is refused: ${exchange.status}`);
      if (problems.length === 0) agreed += 1;
      else for (const problem of problems) told.add(problem);
    }
    return {
      heard: ear.heard,
      proof: {
        name: `reading every kind of record by OAuth, ${version}`,
        compared: ear.heard.length,
        agreed,
        differences: [...told],
        figures: `${all} records of ${Object.keys(kinds).length} kinds`,
      },
    };
  } finally {
    await stage.close();
  }
}
