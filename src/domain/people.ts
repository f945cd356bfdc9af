// The people of one account and what their own rows say: when they were last seen, how often, what they answered, whether they
// are star users or sleeping champions, and a score of their own. It moves no score of the account. Pure.

import { dayFrom, dayNumber } from './calendar.ts';
import type { ContactAnswers, ContactSettings } from './decisions.ts';
import { compileNormaliser } from './normalise.ts';
import type { Account, Contact, Fields, SourceRecord, Value } from './nouns.ts';
import { roundHalfAway } from './number.ts';
import { noPeers } from './peers.ts';
import { dayIn, numberIn, personOf, type Row, rowsBySource, rowTest } from './rows.ts';
import { starsIn } from './star-players.ts';

/** Days of `active_days_28d`, and of the comparison that finds star users. */
const monthDays = 28;

export interface Person {
  readonly contact: Contact;
  /** Words of contact records → values. Null: nobody knows. Absent: its source is away today, so nothing is said. */
  readonly values: Fields;
  /** What the score is made of; `normalised` is null for what is not known. */
  readonly parts: readonly PersonPart[];
}
export interface PersonPart {
  readonly fact: ContactSettings['score'][number]['fact'];
  readonly value: Value;
  readonly weight: number;
  /** 0..1. */
  readonly normalised: number | null;
}
export interface PeopleInput {
  readonly account: Account;
  readonly records: readonly SourceRecord[];
  readonly settings: ContactSettings;
  readonly asOf: string;
  readonly zone: string;
  readonly freshSources: ReadonlySet<string>;
}

/** How many days back each source is needed. */
export function peopleReach(settings: ContactSettings): Readonly<Record<string, number>> {
  const reach: Record<string, number> = {};
  for (const asked of [settings.use, settings.nps, settings.valueEnhancement])
    if (asked !== null) reach[asked.source] = Math.max(reach[asked.source] ?? 0, asked.days);
  return reach;
}

/** All people of the account, in its order. */
export function peopleOf(input: PeopleInput): readonly Person[] {
  const { account, settings } = input;
  if (account.contacts.length === 0) return [];
  const today = dayNumber(input.asOf);
  const rows = rowsBySource(input.records, input.zone);
  const names = new Map<string, string | null>();
  const nameOf = (contact: string): string | null => {
    let name = names.get(contact);
    if (name === undefined) {
      name = personOf(account, contact)?.key ?? null;
      names.set(contact, name);
    }
    return name;
  };
  const pick = (asked: Pick<ContactAnswers, 'source' | 'where' | 'days'> | null): readonly Row[] => {
    if (asked === null) return [];
    const test = asked.where === null ? null : rowTest(asked.where);
    const from = today - asked.days;
    return (rows.get(asked.source) ?? []).filter(
      (row) => row.day >= from && row.day <= today && (test === null || test(row, account)),
    );
  };
  const byPerson = (picked: readonly Row[]) =>
    Map.groupBy(picked, ({ record }) => (record.contact === null ? null : nameOf(record.contact)));

  const use = pick(settings.use);
  const isUseTold = settings.use !== null && input.freshSources.has(settings.use.source);
  const month = use.filter(({ day }) => day >= today - monthDays && day < today);
  const stars = new Set(isUseTold ? starsIn(month, settings.use?.amount ?? null, nameOf).stars : []);
  const scene: Scene = {
    input,
    today,
    isUseTold,
    stars,
    use: byPerson(use),
    nps: byPerson(pick(settings.nps)),
    value: byPerson(pick(settings.valueEnhancement)),
    normalise: settings.score.map((part) => compileNormaliser(part.normalise)),
  };
  return account.contacts.map((contact) => personIn(scene, contact));
}

type ByPerson = ReadonlyMap<string | null, readonly Row[]>;
interface Scene {
  readonly input: PeopleInput;
  readonly today: number;
  readonly isUseTold: boolean;
  readonly stars: ReadonlySet<string>;
  readonly use: ByPerson;
  readonly nps: ByPerson;
  readonly value: ByPerson;
  readonly normalise: readonly ReturnType<typeof compileNormaliser>[];
}

function personIn(scene: Scene, contact: Contact): Person {
  const { settings } = scene.input;
  const values: Record<string, Value> = {};
  const say = (word: string, value: Value | undefined) => {
    if (value !== undefined) values[word] = value;
  };
  const { lastSeen, activeDays } = useOf(scene, contact);
  const inactive = lastSeen === null ? null : Math.max(0, scene.today - lastSeen);
  const role = roleIn(scene, contact);
  say('customer_role', role);
  // A day that is not known leaves what stands: nobody is seen less than before.
  if (scene.isUseTold) {
    if (lastSeen !== null) say('last_active_date', dayFrom(lastSeen));
    say('active_days_28d', activeDays);
    say('champion_inactive', isInactive(scene, contact, role, inactive));
  }
  const nps = answerOf(scene, settings.nps, scene.nps.get(contact.key));
  say('nps_score', nps?.value);
  say('nps_answer_date', nps?.day);
  say('value_enhancement_score', answerOf(scene, settings.valueEnhancement, scene.value.get(contact.key))?.value);

  const facts: Fields = { ...values, ...(scene.isUseTold ? { days_inactive: inactive } : {}) };
  const parts = settings.score.map(({ fact, weight }, at): PersonPart => {
    const value = facts[fact] ?? null;
    return { fact, value, weight, normalised: scene.normalise[at]?.(value, noPeers) ?? null };
  });
  const isTold = settings.score.length > 0 && settings.score.every(({ fact }) => facts[fact] !== undefined);
  if (isTold) say('contact_health_score', scoreOf(parts, settings.leastKnown));
  return { contact, values, parts };
}

function useOf(
  scene: Scene,
  contact: Contact,
): { readonly lastSeen: number | null; readonly activeDays: number | null } {
  const { settings, zone } = scene.input;
  const rows = scene.use.get(contact.key) ?? [];
  const told = dayIn(contact.attributes[settings.lastActive], zone);
  const seen = [rows.at(-1)?.day, told].filter((day) => day != null && day <= scene.today) as number[];
  const days = new Set(
    rows.filter(({ day }) => day >= scene.today - monthDays && day < scene.today).map((row) => row.day),
  );
  return {
    lastSeen: seen.length === 0 ? null : Math.max(...seen),
    // Who never used it may have no login at all: that is not a zero.
    activeDays: rows.length === 0 ? null : days.size,
  };
}

/** A champion or decision maker is told by people; who is a star user and who a plain user is told by use, where it is told. */
function roleIn(scene: Scene, contact: Contact): Value | undefined {
  const { role } = contact;
  if (role === 'champion' || role === 'decision_maker' || !scene.isUseTold) return role ?? undefined;
  if (scene.stars.has(contact.key)) return 'star_user';
  // Of whom there are no rows nothing is known that would speak against what people say.
  return role === 'star_user' && scene.use.has(contact.key) ? 'user' : role;
}

function isInactive(
  scene: Scene,
  contact: Contact,
  role: Value | undefined,
  inactive: number | null,
): Value | undefined {
  const { settings, zone } = scene.input;
  if (role !== 'champion') return false;
  const left = dayIn(contact.attributes[settings.left], zone);
  if (left !== null && left <= scene.today) return true;
  return inactive === null ? undefined : inactive >= settings.championInactiveDays;
}

interface Answer {
  readonly value: number | null;
  readonly day: string | null;
}
/** Null where nobody asked for it to be told, or nothing came and the source is away. */
function answerOf(scene: Scene, asked: ContactAnswers | null, rows: readonly Row[] | undefined): Answer | null {
  if (asked === null) return null;
  const answers = (rows ?? []).flatMap(({ record, day }) => {
    const value = numberIn(record.fields, asked.field);
    const on = asked.answeredOn === null ? day : dayIn(record.fields[asked.answeredOn], scene.input.zone);
    return value === null || on === null || on > scene.today ? [] : [{ value, on }];
  });
  const newest = answers.reduce<(typeof answers)[number] | null>(
    (best, one) => (best === null || one.on >= best.on ? one : best),
    null,
  );
  if (newest === null) return scene.input.freshSources.has(asked.source) ? { value: null, day: null } : null;
  const mean = answers.reduce((sum, { value }) => sum + value, 0) / answers.length;
  return { value: asked.take === 'mean' ? mean : newest.value, day: dayFrom(newest.on) };
}

/** 0..100 with one decimal, over what is known; null where too little is. */
function scoreOf(parts: readonly PersonPart[], leastKnown: number): number | null {
  let whole = 0;
  let known = 0;
  let sum = 0;
  for (const { weight, normalised } of parts) {
    whole += weight;
    if (normalised === null) continue;
    known += weight;
    sum += weight * normalised;
  }
  return known === 0 || known / whole < leastKnown ? null : roundHalfAway((sum / known) * 100, 1);
}
