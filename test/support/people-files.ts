// Files of a small home that say something of single people: who they are, what they did, what they answered. Used by the
// stories of both CRMs, so that both show the same numbers.

/** One person of a story; `contact` is the id of the CRM record. */
export interface StoryPerson {
  readonly id: string;
  readonly account: string;
  readonly contact: string;
  role: string;
  /** Days before today on which they used the product, and how much each time. */
  days: readonly number[];
  amount: number;
  nps: number | null;
}

/** Sources of people, their use and their answers; `numbering` is the CRM's. */
export const peopleSources = (numbering: string) => `
  people:
    kind: csv
    holds: contacts
    settings: {path: data/people.csv}
    key: [person]
    account: {column: id, kind: account_id}
    contact: person
    ids: {${numbering}: contact}
    columns: {role: text, left_on: day}
  use:
    kind: csv
    holds: events
    settings: {path: data/use.csv}
    key: [person, day]
    account: {column: id, kind: account_id}
    contact: person
    at: day
    columns: {amount: number}
    fresh_within_days: 7
  answers:
    kind: csv
    holds: events
    settings: {path: data/answers.csv}
    key: [person, day]
    account: {column: id, kind: account_id}
    contact: person
    at: day
    columns: {answer: number, kind: text}
`;

/** What is said of people: a score of days of use (60) and NPS (40). */
export const contactsFile = `
use: {source: use, where: {amount: {above: 0}}, amount: amount}
nps: {source: answers, field: answer, where: {kind: nps}}
score:
  active_days_28d: {weight: 60, normalise: {kind: linear, zero: 0, full: 10}}
  nps_score: {weight: 40, normalise: {kind: linear, zero: 0, full: 10}}
`;

/** The three files as of a day. */
export function peopleData(people: readonly StoryPerson[], today: string): Readonly<Record<string, string>> {
  const before = (days: number) =>
    new Date(Date.parse(`${today}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
  const lines = (head: string, rows: readonly string[]) => [head, ...rows, ''].join('\n');
  return {
    'data/people.csv': lines(
      'person,id,contact,role,left_on',
      people.map(({ id, account, contact, role }) => `${id},${account},${contact},${role},`),
    ),
    'data/use.csv': lines(
      'person,id,day,amount',
      people.flatMap(({ id, account, days, amount }) => days.map((day) => `${id},${account},${before(day)},${amount}`)),
    ),
    'data/answers.csv': lines(
      'person,id,day,answer,kind',
      people.flatMap(({ id, account, nps }) => (nps === null ? [] : [`${id},${account},${before(10)},${nps},nps`])),
    ),
  };
}
