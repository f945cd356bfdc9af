// Rules about sources and identity: rows can be matched to accounts, and config/ speaks our words, never a CRM's.

import { fieldsOfObject, objectRead } from '../complete/sources.ts';
import { nearest, type Path } from '../problem.ts';
import { accountFacts, checkCondition, factParts } from './facts.ts';
import { type Parts, type Rule, rule } from './rule.ts';

type Source = Parts['sources']['sources'][string];

const goalColumns = ['baseline', 'current', 'target'];
const milestoneColumns = ['name', 'done_on'];

export { goalColumns, milestoneColumns };

export const sourceRules: readonly Rule[] = [
  rule('rows_name_their_account', ['sources'], ({ sources }, tell) => {
    for (const [name, source] of Object.entries(sources.sources)) {
      const path = ['sources', name];
      if (source.holds === 'roster' && Object.keys(source.ids).length === 0) {
        tell({
          file: 'sources',
          path: [...path, 'holds'],
          what: `the roster ${name} has no ids`,
          why: 'without an id its rows can be matched with nothing',
          fix: 'Add for example:   ids: {account_id: account_id}',
        });
      }
      if (source.holds !== 'roster' && source.account === null) {
        tell({
          file: 'sources',
          path: [...path, 'holds'],
          what: `the rows of ${name} name no account`,
          why: `a row of ${source.holds} must belong to somebody`,
          fix: 'Add the column that names the account:   account: account_id',
        });
      }
      if (source.holds === 'roster' && source.account !== null) {
        tell({
          file: 'sources',
          path: [...path, 'account'],
          at: 'key',
          what: `a roster names its accounts under ids, not under account`,
          why: 'one account may have several numberings',
          fix: 'Move it:   ids: {account_id: account_id}',
        });
      }
    }
  }),

  rule('rows_have_a_key', ['sources'], ({ sources }, tell) => {
    for (const [name, source] of Object.entries(sources.sources)) {
      if (source.key.length > 0 || source.kind === 'csv') continue;
      tell({
        file: 'sources',
        path: ['sources', name],
        at: 'key',
        what: `the source ${name} has no key`,
        why: 'reading a row twice would count it twice',
        fix: 'Name the columns that make a row unique:   key: [id]',
      });
    }
  }),

  rule('formats_fit_their_type', ['sources'], ({ sources }, tell) => {
    for (const [name, source] of Object.entries(sources.sources)) {
      for (const [word, column] of Object.entries(source.columns)) {
        if (typeof column === 'string' || column.format === null) continue;
        const isPhone = column.format.startsWith('phone');
        const types = isPhone ? ['text'] : ['day', 'instant'];
        if (types.includes(column.type)) continue;
        tell({
          file: 'sources',
          path: ['sources', name, 'columns', word, 'format'],
          what: `format ${column.format} says nothing about a ${column.type}`,
          why: `${column.format} is a way to write ${isPhone ? 'a text that is a telephone number' : 'days and points in time'}`,
          fix: `Set type: ${types[0]}, or take the format out.`,
        });
      }
    }
  }),

  rule('config_speaks_our_words', ['sources', 'mappings'], ({ sources, mappings }, tell) => {
    for (const [name, source] of Object.entries(sources.sources)) {
      const mapping = mappings[source.kind];
      const object = objectRead(source, mappings);
      if (mapping === undefined || object === null) continue;
      const known = fieldsOfObject(mapping, object);
      if (known === null) {
        tell({
          file: 'sources',
          path: ['sources', name, 'settings', 'object'],
          what: `mappings/${source.kind}.yaml has no object ${object}`,
          why: 'config/ names our objects; the mapping translates them',
          fix: `Use one of ${Object.keys(mapping.objects).join(', ')}, or map it there.`,
        });
        continue;
      }
      for (const [word, path] of wordsUsed(source, ['sources', name])) {
        if (known.has(word)) continue;
        const near = nearest(word, known.keys());
        tell({
          file: 'sources',
          path,
          what: `mappings/${source.kind}.yaml does not map ${word} for ${object}`,
          why: 'config/ never names a field of a CRM; it names our words, and the mapping translates them',
          fix:
            near === null ? `Add it there:   objects.${object}.reads.${word}: <their field>` : `Did you mean ${near}?`,
        });
      }
    }
  }),

  rule('numberings_exist', ['sources', 'identity'], ({ sources, identity }, tell) => {
    const rosters = Object.entries(sources.sources).filter(([, source]) => source.holds === 'roster');
    const numberings = new Set(rosters.flatMap(([, source]) => Object.keys(source.ids)));
    const check = (kind: string, file: string, path: Path) => {
      if (numberings.has(kind)) return;
      const near = nearest(kind, numberings);
      tell({
        file,
        path,
        what: `no roster has the numbering ${kind}`,
        why: `the numberings are ${[...numberings].join(', ') || 'none'}`,
        fix: near === null ? 'Add it under ids of a roster, or correct the name.' : `Did you mean ${near}?`,
      });
    };
    identity.match.forEach((kind, index) => {
      check(kind, 'identity', ['match', index]);
    });
    identity.key_from.forEach((kind, index) => {
      check(kind, 'identity', ['key_from', index]);
    });
    const kindOf = (account: NonNullable<Source['account']>) => (typeof account === 'string' ? account : account.kind);
    const byHand = Object.keys(identity.by_hand).map((key) => key.split(':')[0] as string);
    // What no roster has may still be known by hand: numbers that a product gives by itself, say.
    const used = Object.values(sources.sources).flatMap(({ account }) => (account === null ? [] : kindOf(account)));
    for (const key of Object.keys(identity.by_hand)) {
      const kind = key.split(':')[0] as string;
      if (!used.includes(kind)) check(kind, 'identity', ['by_hand', key]);
    }
    for (const [name, { account }] of Object.entries(sources.sources))
      if (account !== null && !byHand.includes(kindOf(account)))
        check(kindOf(account), 'sources', ['sources', name, 'account']);
  }),

  rule('rosters_are_in_order', ['sources', 'identity'], ({ sources, identity }, tell) => {
    const rosters = Object.entries(sources.sources)
      .filter(([, source]) => source.holds === 'roster')
      .map(([name]) => name);
    if (rosters.length === 0) {
      tell({
        file: 'sources',
        path: ['sources'],
        at: 'key',
        what: 'there is no roster',
        why: 'without a list of accounts nobody can be scored',
        fix: 'Add a source that holds: roster.',
      });
    }
    identity.rosters.forEach((name, index) => {
      if (rosters.includes(name)) return;
      const near = nearest(name, rosters);
      const isOther = sources.sources[name] !== undefined;
      tell({
        file: 'identity',
        path: ['rosters', index],
        what: isOther ? `${name} is no roster` : `there is no source ${name}`,
        why: `the rosters are ${rosters.join(', ') || 'none'}`,
        fix: near === null ? 'Remove it, or correct the name.' : `Did you mean ${near}?`,
      });
    });
    for (const name of rosters) {
      if (identity.rosters.includes(name)) continue;
      tell({
        file: 'identity',
        path: ['rosters'],
        at: 'key',
        what: `the roster ${name} is not listed`,
        why: 'its accounts would not be read, and nobody would notice',
        fix: `Add it where it belongs in the order:   rosters: [${[...identity.rosters, name].join(', ')}]`,
      });
    }
  }),

  rule('population_is_known', ['identity', ...factParts], (parts, tell) => {
    checkCondition(parts.identity.population, { file: 'identity', path: ['population'] }, accountFacts(parts), tell);
  }),

  rule('accounts_have_names', ['sources'], ({ sources }, tell) => {
    const rosters = Object.values(sources.sources).filter((source) => source.holds === 'roster');
    if (rosters.length === 0 || rosters.some((source) => 'name' in source.columns)) return;
    tell({
      file: 'sources',
      path: ['sources'],
      at: 'key',
      warning: 'W_NO_NAME',
      what: 'no roster has a column name',
      why: 'accounts would be shown by their key',
      fix: 'Add to a roster:   name: text',
    });
  }),
];

/** Every name a source uses for a field, with its place. */
function wordsUsed(source: Source, path: Path): [string, Path][] {
  const used: [string, Path][] = Object.entries(source.columns).map(([name, column]) =>
    typeof column === 'string' || column.from === undefined
      ? [name, [...path, 'columns', name]]
      : [column.from, [...path, 'columns', name, 'from']],
  );
  source.key.forEach((word, index) => {
    used.push([word, [...path, 'key', index]]);
  });
  for (const [kind, word] of Object.entries(source.ids)) used.push([word, [...path, 'ids', kind]]);
  if (typeof source.account === 'string') used.push([source.account, [...path, 'account']]);
  else if (source.account !== null) used.push([source.account.column, [...path, 'account', 'column']]);
  if (source.contact !== null) used.push([source.contact, [...path, 'contact']]);
  if (source.at !== null) used.push([source.at, [...path, 'at']]);
  const { only } = source.settings;
  if (typeof only === 'object' && only !== null)
    for (const word of Object.keys(only)) used.push([word, [...path, 'settings', 'only', word]]);
  return used;
}
