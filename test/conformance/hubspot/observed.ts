// What somebody saw of a real developer test account on 2026-09-29, by version 2026-09 of the API: groups, properties, limits.
// The facts are those of two conformance runs that the project Kalup publishes (github.com/scopiousdigital/kalup,
// docs/conformance/runs); they are told here in our words, done again on the pretend portal and compared.

import type { Proof } from '../report.ts';
import type { Told } from './likeness.ts';
import { member, openStage, results, type Stage } from './portal.ts';

const root = '/crm/properties/2026-09/companies';

interface Fact {
  readonly what: string;
  readonly see: (stage: Stage) => Promise<unknown>;
  readonly saw: unknown;
}

const definition = (name: string, more: object = {}) => ({
  ...{ name, label: 'L', type: 'string', fieldType: 'text', groupName: 'seen', description: 'D' },
  ...more,
});
const options = ['alpha', 'beta', 'gamma'].map((value, displayOrder) => ({
  label: value,
  value,
  displayOrder,
  hidden: false,
}));
const choice = definition('seen_choice', { type: 'enumeration', fieldType: 'select', options });
const valuesOf = (told: Told) => (member(told, 'options') as { readonly value: string }[]).map((one) => one.value);
const keysOf = (told: Told) => Object.keys(told.body as object);
const namesIn = (told: Told) => results(told).map((one) => one['name']);
const refusal = (told: Told) => [
  told.status,
  member(told, 'category'),
  member(told, 'subCategory'),
  member(told, 'message'),
];
const get = (stage: Stage, path: string) => stage.ask('GET', path, undefined, { accept: 'application/json' });

/** In the order in which they were seen: later ones look at what earlier ones made. */
const facts: readonly Fact[] = [
  {
    what: 'a group is made with 201, a Location, and four keys',
    see: async (stage) => {
      const told = await stage.ask('POST', `${root}/groups`, { name: 'seen', label: 'Seen' });
      return [told.status, told.headers.has('location'), keysOf(told), member(told, 'archived')];
    },
    saw: [201, true, ['name', 'label', 'displayOrder', 'archived'], false],
  },
  {
    what: 'its label is changed, and the list shows it',
    see: async (stage) => {
      const told = await stage.ask('PATCH', `${root}/groups/seen`, { label: 'Seen again' });
      const listed = results(await get(stage, `${root}/groups`)).find((one) => one['name'] === 'seen');
      return [told.status, listed?.['label']];
    },
    saw: [200, 'Seen again'],
  },
  {
    what: 'a property is made with 201, and its keys stand in this order',
    see: async (stage) => {
      const told = await stage.ask('POST', root, definition('seen_text'));
      return [told.status, keysOf(told)];
    },
    saw: [
      201,
      [
        ...['updatedAt', 'createdAt', 'name', 'label', 'type', 'fieldType', 'description', 'groupName', 'options'],
        ...['createdUserId', 'updatedUserId', 'displayOrder', 'calculated', 'externalOptions', 'archived'],
        ...['hasUniqueValue', 'hidden', 'modificationMetadata', 'formField', 'dataSensitivity'],
      ],
    ],
  },
  {
    what: 'what was made may be archived and written',
    see: async (stage) => member(await get(stage, `${root}/seen_text`), 'modificationMetadata'),
    saw: { archivable: true, readOnlyDefinition: false, readOnlyValue: false },
  },
  {
    what: 'an unknown name is a 404, whatever its sensitivity',
    see: async (stage) => {
      const ask = async (more: string) => {
        const told = await get(stage, `${root}/seen_absent${more}`);
        return [told.status, member(told, 'category')];
      };
      const kinds = [
        '',
        '?dataSensitivity=non_sensitive',
        '?dataSensitivity=sensitive',
        '?dataSensitivity=highly_sensitive',
      ];
      return await Promise.all(kinds.map(ask));
    },
    saw: Array.from({ length: 4 }, () => [404, 'OBJECT_NOT_FOUND']),
  },
  {
    what: 'the lists of sensitive properties are empty and answer 200',
    see: async (stage) => {
      const lists = await Promise.all(
        ['sensitive', 'highly_sensitive'].map((kind) => get(stage, `${root}?dataSensitivity=${kind}`)),
      );
      return lists.map((told) => [told.status, results(told).length]);
    },
    saw: [
      [200, 0],
      [200, 0],
    ],
  },
  {
    what: 'a change without options keeps them',
    see: async (stage) => {
      await stage.ask('POST', root, choice);
      const told = await stage.ask('PATCH', `${root}/seen_choice`, {
        label: 'C',
        type: 'enumeration',
        fieldType: 'select',
      });
      return [told.status, valuesOf(await get(stage, `${root}/seen_choice`))];
    },
    saw: [200, ['alpha', 'beta', 'gamma']],
  },
  {
    what: 'one more option reads back behind the others',
    see: async (stage) => {
      const delta = { label: 'Delta', value: 'delta', displayOrder: 3, hidden: false };
      const told = await stage.ask('PATCH', `${root}/seen_choice`, { options: [...options, delta] });
      return [told.status, valuesOf(told)];
    },
    saw: [200, ['alpha', 'beta', 'gamma', 'delta']],
  },
  {
    what: 'an option that is left out is gone',
    see: async (stage) => {
      const told = await stage.ask('PATCH', `${root}/seen_choice`, { options: [options[0], options[2]] });
      return [told.status, valuesOf(told)];
    },
    saw: [200, ['alpha', 'gamma']],
  },
  {
    what: 'text becomes long text',
    see: async (stage) => {
      const told = await stage.ask('PATCH', `${root}/seen_text`, { fieldType: 'textarea' });
      return [told.status, member(told, 'fieldType')];
    },
    saw: [200, 'textarea'],
  },
  {
    what: 'a name that is there is refused',
    see: async (stage) => refusal(await stage.ask('POST', root, definition('seen_text'))),
    saw: [
      409,
      'OBJECT_ALREADY_EXISTS',
      'Properties.PROPERTY_WITH_NAME_EXISTS',
      "A property named 'seen_text' already exists.",
    ],
  },
  {
    what: 'what is archived is a 404, and a 200 for who asks for archived ones',
    see: async (stage) => {
      const gone = await stage.ask('DELETE', `${root}/seen_text`);
      const without = await get(stage, `${root}/seen_text`);
      const archived = await get(stage, `${root}/seen_text?archived=true`);
      return [
        gone.status,
        without.status,
        archived.status,
        member(archived, 'archived'),
        'archivedAt' in (archived.body as object),
      ];
    },
    saw: [204, 404, 200, true, true],
  },
  {
    what: 'the list of archived ones is parted by sensitivity too',
    see: async (stage) => {
      const kinds = ['non_sensitive', 'sensitive', 'highly_sensitive'];
      const lists = await Promise.all(kinds.map((kind) => get(stage, `${root}?archived=true&dataSensitivity=${kind}`)));
      return lists.map((told) => namesIn(told).includes('seen_text'));
    },
    saw: [true, false, false],
  },
  {
    what: 'the name of an archived property brings it back, as it was posted and with its old birthday',
    see: async (stage) => {
      const before = member(await get(stage, `${root}/seen_text?archived=true`), 'createdAt');
      const told = await stage.ask('POST', root, definition('seen_text'));
      const archived = await get(stage, `${root}/seen_text?archived=true`);
      return [told.status, member(told, 'fieldType'), member(told, 'createdAt') === before, archived.status];
    },
    saw: [201, 'text', true, 404],
  },
  {
    what: 'a group with a property in it stays, and the refusal stands as JSON in the message',
    see: async (stage) => {
      const told = await stage.ask('DELETE', `${root}/groups/seen`);
      const inner = JSON.parse(String(member(told, 'message'))) as Readonly<Record<string, unknown>>;
      return [told.status, inner['category'], inner['subCategory'], inner['message']];
    },
    saw: [
      400,
      'VALIDATION_ERROR',
      'PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES',
      "Can't delete or purge a group with active properties",
    ],
  },
  {
    what: 'a property that a calculation uses stays',
    see: async (stage) => {
      await stage.ask('POST', root, definition('seen_used', { type: 'number', fieldType: 'number' }));
      await stage.ask(
        'POST',
        root,
        definition('seen_uses', {
          type: 'number',
          fieldType: 'calculation_equation',
          calculationFormula: 'seen_used * 2',
        }),
      );
      return refusal(await stage.ask('DELETE', `${root}/seen_used`));
    },
    saw: [
      400,
      'VALIDATION_ERROR',
      'PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE',
      'Property: seen_used of object type 0-2 is currently used in 1 places and cannot be deleted',
    ],
  },
  {
    what: 'an archived group leaves the list, and its name makes a new one',
    see: async (stage) => {
      await stage.ask('POST', `${root}/groups`, { name: 'seen_empty', label: 'Old' });
      const gone = await stage.ask('DELETE', `${root}/groups/seen_empty`);
      const listed = namesIn(await get(stage, `${root}/groups`)).includes('seen_empty');
      const again = await stage.ask('POST', `${root}/groups`, { name: 'seen_empty', label: 'New' });
      return [gone.status, listed, again.status, member(again, 'label')];
    },
    saw: [204, false, 201, 'New'],
  },
  {
    what: 'limits are told to who may read records, and to nobody who may only see definitions',
    see: async (stage) => {
      stage.portal.setKnob('token', { token: 'pretend-schemas', scopes: ['crm.schemas.companies.read'] });
      const ask = (headers: Readonly<Record<string, string>>) =>
        stage.ask('GET', '/crm/limits/2026-09/custom-properties', undefined, headers);
      const some = await ask({ authorization: 'Bearer pretend-schemas' });
      const all = await ask({});
      const company = (member(all, 'byObjectType') as Readonly<Record<string, unknown>>[]).find(
        (one) => one['objectTypeId'] === '0-2',
      );
      return [some.status, all.status, member(all, 'overallLimit'), company?.['limit'], company?.['singularLabel']];
    },
    saw: [403, 200, 10_000, 1000, 'Company'],
  },
  {
    what: 'the account says who it is to a key that may only see definitions',
    see: async (stage) =>
      (
        await stage.ask('GET', '/account-info/2026-09/details', undefined, {
          authorization: 'Bearer pretend-schemas',
        })
      ).status,
    saw: 200,
  },
  {
    what: 'answers to a service key tell the limits of ten seconds and of the day',
    see: async (stage) => {
      const { headers } = await get(stage, `${root}/groups`);
      const names = ['daily', 'daily-remaining', 'interval-milliseconds', 'max', 'remaining'];
      return names.every((name) => headers.has(`x-hubspot-ratelimit-${name}`));
    },
    saw: true,
  },
];

/** Does again what was seen. */
export async function proveObserved(): Promise<Proof> {
  const stage = await openStage();
  try {
    const differences: string[] = [];
    for (const fact of facts) {
      const seen = JSON.stringify(await fact.see(stage));
      const saw = JSON.stringify(fact.saw);
      if (seen !== saw) differences.push(`${fact.what}: ${seen}, seen of the real one ${saw}`);
    }
    return {
      name: 'seen live by others, version 2026-09',
      compared: facts.length,
      agreed: facts.length - differences.length,
      differences,
    };
  } finally {
    await stage.close();
  }
}
