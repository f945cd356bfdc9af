// Scores and roles of single people on their contact records, where the mapping names fields for them: the same wish, diff and
// effects as for accounts, page by page. A mapping without such fields costs nothing; nobody's name is read or written.

import { addDays } from '../domain/calendar.ts';
import { contactIdIn, contactWish } from '../domain/contact-wish.ts';
import type { ContactSettings, CrmMapping, Decisions } from '../domain/decisions.ts';
import { diffRecord } from '../domain/diff.ts';
import type { Account, EffectDraft, Fields, Outcome, Problem, Remark } from '../domain/nouns.ts';
import { type Person, peopleOf, peopleReach } from '../domain/people.ts';
import { chunks } from '../lib/batches.ts';
import { breathe } from '../lib/breathe.ts';
import type { Lease } from '../state/store.ts';
import type { CrmHand, Hall } from './hall.ts';
import { rememberedRecords } from './remembered.ts';

const object = 'contact';
/** Accounts whose rows of use are held at once: one row per person and day. */
const accountsAtOnce = 25;

export interface PlanContacts {
  /** What it takes to show the numbers of the people of these accounts on their records. */
  ofPage(
    page: readonly { readonly account: Account; readonly outcome: Outcome }[],
    signal: AbortSignal,
  ): Promise<{ readonly effects: readonly EffectDraft[]; readonly remarks: readonly Remark[] }>;
  /** What was seen over all pages and an admin should know. */
  problems(): readonly Problem[];
}
const nobody: PlanContacts = { ofPage: async () => ({ effects: [], remarks: [] }), problems: () => [] };

/** Makes ready what is asked once. Reads only. */
export async function contactsFor(
  hall: Hall,
  lease: Lease,
  hand: CrmHand,
  request: {
    readonly asOf: string;
    readonly account: string | null;
    /** Sources whose facts are trustworthy today; left out: all. */
    readonly freshSources?: ReadonlySet<string>;
  },
  signal: AbortSignal,
): Promise<PlanContacts> {
  const { crm, mapping } = hand;
  const settings = hall.decisions.contacts;
  const words = wordsWritten(mapping);
  if (settings === undefined || words.length === 0) return nobody;
  const read = await rememberedRecords(hall, lease, hand, { object, words, only: request.account }, signal);
  const sources = sourcesOf(hall.decisions, crm.name);

  let [withNumbers, tied] = [0, 0];
  const isTold = ({ values }: Person) => words.some((word) => values[word] != null && values[word] !== false);

  const ofPage: PlanContacts['ofPage'] = async (page, inner) => {
    const effects: EffectDraft[] = [];
    const remarks: Remark[] = [];
    for (const part of chunks(page, accountsAtOnce)) {
      await breathe();
      const told = await peopleOfPage(
        hall,
        settings,
        part.map(({ account }) => account),
        request,
      );
      const known = part.flatMap(({ account, outcome }) =>
        (told.get(account.key) ?? []).flatMap((person) => {
          const id = contactIdIn(person.contact.ids, mapping, sources);
          if (isTold(person)) withNumbers += 1;
          if (isTold(person) && id !== null) tied += 1;
          return id === null ? [] : [{ account: account.key, outcome, person, id }];
        }),
      );
      if (known.length === 0) continue;
      const ids = known.map(({ id }) => id);
      const live = await hall.store.outbox.live(crm.name, object, ids);
      const existing = new Map((await read(known, inner)).map((record) => [record.target, record]));
      const standing = new Set([...ids, ...[...existing.values()].flatMap((record) => record.id ?? [])]);
      const written = await hall.store.outbox.written(crm.name, object, [...standing]);
      const adopt = new Map<string, Fields>();
      const taken = new Set(ids);
      for (const { account, outcome, person, id } of known) {
        const record = existing.get(id);
        if (live.has(id) || record === undefined) continue;
        if (record.id === null || (record.id !== id && taken.has(record.id))) {
          const where = record.id === null ? `is gone from ${crm.name}` : `was merged into ${record.id}`;
          const says = `the contact ${id} ${where}; nothing is written until its source names another`;
          remarks.push({ account, crm: crm.name, word: '', kind: 'unmatched', says });
          continue;
        }
        taken.add(record.id);
        // A record that stayed after a merge may show what we wrote into the one that is gone: that is ours as well.
        const before = { ...written.get(id), ...written.get(record.id) };
        const isScored = outcome.band !== 'not_scored';
        const wish = contactWish({ person, account, isScored, existing: record, written: before, mapping });
        if (wish === null) continue;
        const diff = diffRecord({ wish, existing: record, written: before, mapping, because: reasonsOf(person) });
        effects.push(...diff.effects);
        remarks.push(...diff.remarks);
        if (Object.keys(diff.adopt).length > 0) adopt.set(record.id, diff.adopt);
      }
      if (adopt.size > 0) await hall.store.outbox.adopt(lease, crm.name, object, adopt);
    }
    return { effects, remarks };
  };
  return { ofPage, problems: () => (withNumbers > 0 && tied === 0 ? [untied(crm.name, withNumbers)] : []) };
}

/** Fields that stay empty although everything seems right: nobody said which record is whose. */
function untied(crm: string, people: number): Problem {
  return {
    code: 'W_UNMATCHED',
    severity: 'warning',
    where: `mappings/${crm}.yaml contact`,
    what: `none of ${people} people of whom something is known has a contact in ${crm}`,
    why: 'Rows about people and contacts of the CRM share no id and no address, so nothing can be written.',
    fix: 'Give both contact sources an id or address in common, for instance   ids: {email: email}   (docs/identity.md).',
  };
}

/** The people of these accounts, with what their rows say, by account. */
export async function peopleOfPage(
  hall: Pick<Hall, 'store' | 'decisions' | 'prepared'>,
  settings: ContactSettings,
  accounts: readonly Account[],
  request: { readonly asOf: string; readonly freshSources?: ReadonlySet<string> },
): Promise<ReadonlyMap<string, readonly Person[]>> {
  const { asOf } = request;
  const withPeople = accounts.filter(({ contacts }) => contacts.length > 0);
  const reach = Object.entries(peopleReach(settings));
  const records =
    withPeople.length === 0 || reach.length === 0
      ? null
      : await hall.store.facts.ofAccounts(
          withPeople.map(({ key }) => key),
          Object.fromEntries(reach.map(([source, days]) => [source, addDays(asOf, -days)])),
          asOf,
        );
  const freshSources = request.freshSources ?? new Set(hall.decisions.sources.map(({ name }) => name));
  const { zone } = hall.prepared;
  return new Map(
    withPeople.map((account) => [
      account.key,
      peopleOf({ account, records: records?.get(account.key) ?? [], settings, asOf, zone, freshSources }),
    ]),
  );
}

/** The people of one account as its contact records show them; empty where no mapping writes any. */
export async function peopleToExplain(
  hall: Pick<Hall, 'store' | 'decisions' | 'prepared'>,
  account: Account,
  asOf: string,
): Promise<readonly Person[]> {
  const { contacts, crms } = hall.decisions;
  if (contacts === undefined || crms.every((mapping) => wordsWritten(mapping).length === 0)) return [];
  return (await peopleOfPage(hall, contacts, [account], { asOf })).get(account.key) ?? [];
}

function wordsWritten(mapping: CrmMapping): readonly string[] {
  const fields = mapping.objects.contact?.fields ?? [];
  return fields.filter((field) => field.write !== 'never').map((field) => field.word);
}
/** Contact sources that read this CRM: the key of their rows is the id of its record. */
function sourcesOf(decisions: Decisions, crm: string): readonly string[] {
  return decisions.sources.filter(({ kind, holds }) => kind === crm && holds === 'contacts').map(({ name }) => name);
}
/** What a score is made of, without a person in it. */
function reasonsOf({ parts }: Person): readonly string[] {
  return parts.flatMap(({ fact, value, normalised }) => (normalised === null ? [] : [`${fact} ${String(value)}`]));
}
