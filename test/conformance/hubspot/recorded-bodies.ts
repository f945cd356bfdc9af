// Bodies that were recorded with the real HubSpot in 2025 and 2026, without the requests that led to them: each case brings
// the pretend portal to the same point and asks the same question. Statuses of the good ones are those of HubSpot's
// documents, for the recordings have none. Read in place; nothing is compared where the recordings are not.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Proof } from '../report.ts';
import { differences, type Leniency, type Told } from './likeness.ts';
import { ids, member, openStage, results, type Stage } from './portal.ts';
import { definitionFacts, fixtures } from './recorded-exchanges.ts';

const folder = join(fixtures, 'amp-labs');
const contacts = '/crm/v3/objects/contacts';
const definitions = '/crm/v3/properties/contacts';

function recorded(path: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(folder, path), 'utf8')) as Record<string, unknown>;
}

interface Case {
  readonly file: string;
  readonly status: number;
  readonly ask: (stage: Stage) => Promise<Told>;
  readonly let?: Leniency['mayMiss'];
  /** Only these parts of the body are compared; the others are the recording client's own. */
  readonly take?: readonly string[];
  /** Definitions, compared one by one where both sides have them, by what they say of the property. */
  readonly areDefinitions?: true;
}

/** Two contacts that an integration made. */
async function twoContacts(stage: Stage, domain: string): Promise<string[]> {
  const inputs = ['lily', 'marley'].map((name) => ({
    properties: { email: `${name}@${domain}`, firstname: name, lastname: 'Pretend' },
  }));
  return results(await stage.ask('POST', `${contacts}/batch/create`, { inputs })).map((one) => String(one['id']));
}
const badInputs = [1, 2].map((at) => ({
  id: String(at),
  properties: { first000name: 'A', last000name: 'B' },
}));

const batches: readonly Case[] = [
  {
    file: 'test/batch/create/contacts/success.json',
    status: 201,
    ask: (stage) =>
      stage.ask('POST', `${contacts}/batch/create`, {
        inputs: ['a', 'b'].map((name) => ({
          properties: { email: `${name}@made.example`, firstname: name, lastname: 'Pretend' },
        })),
      }),
  },
  {
    file: 'test/batch/create/contacts/err-partial-success.json',
    status: 207,
    ask: async (stage) => {
      await twoContacts(stage, 'partly.example');
      return await stage.ask('POST', `${contacts}/batch/create`, {
        inputs: ['lily', 'siena'].map((name, at) => ({
          objectWriteTraceId: String(at),
          properties: { email: `${name}@partly.example`, firstname: name, lastname: 'Pretend' },
        })),
      });
    },
    // The recording's authors left four properties of the made contact and cut the others.
    let: ['results[].properties'],
  },
  {
    file: 'test/batch/create/contacts/err-conflict.json',
    status: 409,
    ask: async (stage) => {
      await twoContacts(stage, 'conflict.example');
      return await stage.ask('POST', `${contacts}/batch/create`, {
        inputs: [{ properties: { email: 'lily@conflict.example' } }],
      });
    },
  },
  {
    file: 'test/batch/create/contacts/err-many-invalid-properties.json',
    status: 400,
    ask: (stage) =>
      stage.ask('POST', `${contacts}/batch/create`, { inputs: badInputs.map(({ properties }) => ({ properties })) }),
  },
  {
    file: 'test/batch/update/contacts/success.json',
    status: 200,
    ask: async (stage) => {
      const made = await twoContacts(stage, 'changed.example');
      return await stage.ask('POST', `${contacts}/batch/update`, {
        inputs: made.map((id) => ({ id, properties: { firstname: 'F', lastname: 'L' } })),
      });
    },
  },
  {
    file: 'test/batch/update/contacts/err-partial-success.json',
    status: 207,
    ask: async (stage) => {
      const [id] = await twoContacts(stage, 'half.example');
      return await stage.ask('POST', `${contacts}/batch/update`, {
        inputs: [
          { id, properties: { firstname: 'F', lastname: 'L' } },
          { id: 'unknownIdentifier888', properties: {} },
        ],
      });
    },
  },
  {
    file: 'test/batch/update/contacts/err-duplicate-ids.json',
    status: 400,
    ask: (stage) => {
      const input = { id: '123456', properties: {} };
      return stage.ask('POST', `${contacts}/batch/update`, { inputs: [input, input] });
    },
  },
  {
    file: 'test/batch/update/contacts/err-many-invalid-properties.json',
    status: 400,
    ask: async (stage) => {
      const made = await twoContacts(stage, 'bad.example');
      return await stage.ask('POST', `${contacts}/batch/update`, {
        inputs: made.map((id, at) => ({ ...badInputs[at], id })),
      });
    },
  },
  {
    file: 'test/read/objects-api/contacts-batch.json',
    status: 200,
    ask: async (stage) =>
      stage.ask('POST', `${contacts}/batch/read`, {
        properties: ['email', 'firstname', 'lastname'],
        inputs: (await twoContacts(stage, 'read.example')).map((id) => ({ id })),
      }),
  },
];

const furniture: readonly Case[] = [
  {
    file: 'test/custom/create/2-response-create-property-group.json',
    status: 201,
    ask: (stage) =>
      stage.ask('POST', `${definitions}/groups`, recorded('test/custom/create/1-payload-create-property-group.json')),
  },
  {
    file: 'test/custom/create/4-response-batch-create-properties.json',
    status: 201,
    ask: (stage) =>
      stage.ask(
        'POST',
        `${definitions}/batch/create`,
        recorded('test/custom/create/3-payload-batch-create-properties.json'),
      ),
  },
  {
    file: 'test/custom/update/1-read-property-group.json',
    status: 200,
    ask: (stage) => stage.ask('GET', `${definitions}/groups/integrationcreatedproperties`),
  },
  {
    file: 'test/custom/update/3-response-batch-create-properties.json',
    status: 207,
    ask: (stage) =>
      stage.ask(
        'POST',
        `${definitions}/batch/create`,
        recorded('test/custom/update/2-payload-batch-create-properties.json'),
      ),
  },
  {
    file: 'test/custom/update/5-response-update-property-age.json',
    status: 200,
    ask: (stage) =>
      stage.ask('PATCH', `${definitions}/age__c`, recorded('test/custom/update/4-payload-update-property-age.json')),
  },
  {
    file: 'test/custom/update/7-response-update-property-interests.json',
    status: 200,
    ask: (stage) =>
      stage.ask(
        'PATCH',
        `${definitions}/interests__c`,
        recorded('test/custom/update/6-payload-update-property-interests.json'),
      ),
  },
  {
    file: 'test/metadata-deals-external-pipelines.json',
    status: 200,
    ask: (stage) => stage.ask('GET', '/crm/v3/pipelines/deals'),
  },
  {
    file: 'test/metadata-contacts-external-pipelines.json',
    status: 200,
    ask: (stage) => stage.ask('GET', '/crm/v3/pipelines/contacts'),
  },
  ...['deals', 'contacts'].map(
    (type): Case => ({
      file: `test/metadata-${type}-properties-sampled.json`,
      status: 200,
      ask: (stage) => stage.ask('GET', `/crm/v3/properties/${type}`),
      take: [],
      areDefinitions: true,
    }),
  ),
  {
    file: 'test/post-auth/account-info.json',
    status: 200,
    ask: (stage) => stage.ask('GET', '/account-info/v3/details'),
  },
  {
    file: 'test/metadata-err-schemas-scope.json',
    status: 403,
    ask: (stage) => {
      stage.portal.setKnob('token', { token: 'pretend-contacts-only', scopes: ['crm.objects.contacts.read'] });
      return stage.ask('GET', '/crm/v3/schemas', undefined, { authorization: 'Bearer pretend-contacts-only' });
    },
  },
  {
    file: 'internal/associations/test/contacts-schema-resp.json',
    status: 200,
    ask: (stage) => stage.ask('GET', '/crm/v3/schemas/contacts'),
    // The recording's authors emptied the list of properties.
    let: ['properties'],
  },
];

const reading: readonly Case[] = [
  {
    file: 'test/search/contacts/1-first-page.json',
    status: 200,
    ask: (stage) => stage.ask('POST', `${contacts}/search`, { ...shown, limit: 1 }),
  },
  {
    file: 'test/search/contacts/2-second-page.json',
    status: 200,
    ask: async (stage) => {
      const total = Number(member(await stage.ask('POST', `${contacts}/search`, { limit: 1 }), 'total'));
      return await stage.ask('POST', `${contacts}/search`, { ...shown, limit: 1, after: String(total - 1) });
    },
  },
  {
    file: 'test/read-via-search/contacts-response.json',
    status: 200,
    ask: (stage) =>
      stage.ask('POST', `${contacts}/search`, {
        ...recorded('test/read-via-search/contacts-payload.json'),
        ...shown,
        ...ever,
      }),
  },
  ...['since', 'since-until', 'until'].map(
    (which): Case => ({
      file: `test/read/objects-api/contacts-req-payload-${which}.json`,
      status: 200,
      // What was sent is recorded here, not what came back: the portal must take it, `limit` as text and zones included.
      ask: (stage) =>
        stage.ask('POST', `${contacts}/search`, recorded(`test/read/objects-api/contacts-req-payload-${which}.json`)),
      take: [],
    }),
  ),
  {
    file: 'test/read/objects-api/contacts-response.json',
    status: 200,
    ask: (stage) => stage.ask('GET', `${contacts}?limit=3&properties=email`),
    // Put together by hand for a test: no url, and no hs_object_id, which every real answer has.
    let: ['results[].url', 'results[].properties.hs_object_id'],
  },
  {
    file: 'test/search/error-invalid-object.json',
    status: 400,
    ask: (stage) => stage.ask('POST', '/crm/v3/objects/butterflies/search', {}),
  },
  {
    file: 'test/read-lists-1-first-page.json',
    status: 200,
    ask: async (stage) => {
      const list = (name: string, more: object) =>
        stage.ask('POST', '/crm/v3/lists', { name, objectTypeId: '0-1', ...more });
      await list('A', { processingType: 'SNAPSHOT', filterBranch: everybody });
      await list('B', { processingType: 'MANUAL' });
      await list('C', { processingType: 'MANUAL' });
      return await stage.ask('POST', '/crm/v3/lists/search', { count: 2 });
    },
  },
  {
    file: 'test/read-lists-2-second-page.json',
    status: 200,
    ask: (stage) => stage.ask('POST', '/crm/v3/lists/search', { count: 2, offset: 2 }),
  },
];
const shown = {
  properties: ['company', 'email', 'firstname', 'lastname', 'phone', 'website'],
};
const ever = {
  filterGroups: [{ filters: [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: '2001-05-05T23:10:00Z' }] }],
};
const everybody = {
  filterBranchType: 'OR',
  filterBranchOperator: 'OR',
  filters: [],
  filterBranches: [
    {
      filterBranchType: 'AND',
      filterBranchOperator: 'AND',
      filterBranches: [],
      filters: [
        {
          filterType: 'PROPERTY',
          property: 'email',
          operation: { operationType: 'ALL_PROPERTY', operator: 'IS_KNOWN', includeObjectsWithNoValueSet: false },
        },
      ],
    },
  ],
};

const associations: readonly Case[] = [
  {
    file: 'test/search/contacts/contacts-to-companies.json',
    status: 207,
    ask: async (stage) => {
      const [id] = await ids(stage, 'contacts', 1);
      const alone = await stage.ask('POST', contacts, { properties: { firstname: 'Alone' } });
      return await stage.ask('POST', '/crm/v4/associations/contacts/companies/batch/read', {
        inputs: [{ id }, { id: member(alone, 'id') }],
      });
    },
  },
  {
    file: 'internal/associations/test/contact-to-company-resp.json',
    status: 201,
    ask: async (stage) => {
      const [person] = await ids(stage, 'contacts', 1);
      const inputs = (await ids(stage, 'companies', 2)).map((id) => ({
        from: { id: person },
        to: { id },
        types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }],
      }));
      return await stage.ask('POST', '/crm/v4/associations/contacts/companies/batch/create', { inputs });
    },
    // Both of the recorded ones are unlabelled, so the list of labels is empty; nothing is let off for it.
  },
  {
    file: 'internal/associations/test/err-contact-to-contact.json',
    status: 207,
    ask: async (stage) => {
      const [id] = await ids(stage, 'contacts', 1);
      const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 449 }];
      return await stage.ask('POST', '/crm/v4/associations/contacts/contacts/batch/create', {
        inputs: [
          { from: { id: 'unknown_id_123456798' }, to: { id }, types },
          { from: { id }, to: { id }, types },
        ],
      });
    },
  },
];

/** Recorded, but of what the pretend portal is not: campaigns are no records. */
const outside = [
  'test/batch/read/campaigns/ok-200.json',
  'test/batch/read/campaigns/multi-207.json',
  'test/read/campaigns/1-first-page.json',
  'test/read/campaigns/2-last-page.json',
  'test/read/campaigns/influenced-contacts.json',
  'test/read/campaigns/marketing-email-assets-2-page.json',
  'test/read-via-search/campaigns-response.json',
];

/** What was sent, to be sent again by the cases. */
const requests = [
  'test/custom/create/1-payload-create-property-group.json',
  'test/custom/create/3-payload-batch-create-properties.json',
  'test/custom/update/2-payload-batch-create-properties.json',
  'test/custom/update/4-payload-update-property-age.json',
  'test/custom/update/6-payload-update-property-interests.json',
  'test/read-via-search/contacts-payload.json',
];
/** Recordings that nobody looks at: a new one must not lie there unseen. */
function unseen(cases: readonly Case[]): string[] {
  const seen = new Set([...cases.map((one) => one.file), ...requests, ...outside]);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.json') && !seen.has(name))
    .map((name) => `${name}: recorded, and compared with nothing`);
}

/** The part of a body that a case compares. */
function part(body: unknown, take: readonly string[] | undefined): unknown {
  if (take === undefined) return body;
  return Object.fromEntries(Object.entries(body as object).filter(([name]) => take.includes(name)));
}

/** All recorded bodies, one after the other in one portal, which therefore fills as it goes. */
export async function proveBodies(): Promise<Proof> {
  const name = 'recorded bodies, 2025 and 2026';
  if (!existsSync(folder))
    return { name, compared: 0, agreed: 0, differences: [], skipped: 'the recordings are not here' };
  const cases = [...batches, ...furniture, ...reading, ...associations];
  const stage = await openStage();
  const found: string[] = unseen(cases);
  let agreed = 0;
  try {
    for (const one of cases) {
      const told = await one.ask(stage);
      const theirs = {
        status: one.status,
        headers: new Map<string, string>(),
        body: part(recorded(one.file), one.take),
      };
      const ours = { ...told, body: part(told.body, one.take) };
      const differ = differences(ours, theirs, { noHeaders: true, mayMiss: one.let ?? [] });
      if (one.areDefinitions) differ.push(...definitionFacts(told.body, recorded(one.file)));
      found.push(...differ.map((what) => `${one.file}: ${what}`));
      if (differ.length === 0) agreed += 1;
    }
  } finally {
    await stage.close();
  }
  return {
    name,
    compared: cases.length,
    agreed,
    differences: found,
    figures: `${outside.length} more recordings are of campaigns, which are no records`,
  };
}
