// What plays say to people: verdicts, closing notes, checklists, evidence, in the language of the home. Texts only; what
// they are about is decided in play.ts and episode.ts.

import type { Way } from './decisions.ts';
import type { Locale, NextAction, PlayVerdict, Trace, Value } from './nouns.ts';

/** Longest subject that both CRMs take. */
export const subjectLength = 255;

/** Why an episode ends. `resolved` is the ordinary way: its closing condition held long enough. */
export type Ending = 'resolved' | 'person' | 'suppressed' | 'stage' | 'not_scored' | 'switched_off';

/** `score 18.2`, `band red`: the facts that made a condition say yes, once each, in the order of the condition. */
export function evidenceOf(trace: Trace): readonly string[] {
  return [...new Set(decisive(trace, 'yes').map((leaf) => `${leaf.fact ?? leaf.kind} ${shown(leaf.actual)}`))];
}

/** Leaves that made the answer what it is: below a `not` the opposite answer counts. */
function decisive(trace: Trace, answer: 'yes' | 'no'): readonly Trace[] {
  if (trace.answer !== answer) return [];
  if (trace.of === undefined) return [trace];
  const wanted = trace.kind === 'not' ? (answer === 'yes' ? 'no' : 'yes') : answer;
  return trace.of.flatMap((child) => decisive(child, wanted));
}

/** All facts a condition looked at, with their values: the numbers of a closing note. */
function numbersOf(trace: Trace): string {
  const leaves = (node: Trace): readonly Trace[] => (node.of === undefined ? [node] : node.of.flatMap(leaves));
  const texts = leaves(trace).flatMap((leaf) =>
    leaf.fact === undefined ? [] : [`${leaf.fact} ${shown(leaf.actual)}`],
  );
  return [...new Set(texts)].join(', ');
}

function shown(value: Value | undefined): string {
  return value === null || value === undefined ? '–' : String(value);
}

/** The note of a task that we close; carries the numbers that made us do so. */
export function closingNote(
  ending: Ending,
  facts: { readonly asOf: string; readonly trace: Trace | null; readonly detail: string },
  locale: Locale,
): string {
  const numbers = facts.trace === null ? '' : numbersOf(facts.trace);
  const { detail } = facts;
  const en: Readonly<Record<Ending, string>> = {
    resolved: `the cause is gone${numbers === '' ? '' : ` (${numbers})`}`,
    person: 'a person closed it',
    suppressed: `it does not fit now: ${detail}`,
    stage: `the next stage has begun: ${detail}`,
    not_scored: 'the account is no longer scored',
    switched_off: 'the play is switched off',
  };
  const ja: Readonly<Record<Ending, string>> = {
    resolved: `要因が解消しました${numbers === '' ? '' : `(${numbers})`}`,
    person: '担当者が完了しました',
    suppressed: `現在は対象外です:${detail}`,
    stage: `次の段階に入りました:${detail}`,
    not_scored: 'スコア対象外になりました',
    switched_off: 'この施策は停止中です',
  };
  return locale === 'ja'
    ? `${facts.asOf} Kenkoが自動完了:${ja[ending]}`
    : `Closed by Kenko on ${facts.asOf}: ${en[ending]}.`;
}

/** One sentence for each verdict. `detail` is a play, a day, a stage or a name, as the outcome needs. */
export function verdictText(outcome: PlayVerdict['outcome'], detail: string, locale: Locale): string {
  return verdicts[outcome][locale](detail, detail === '' ? '' : ` (${detail})`);
}
type Sentence = (detail: string, inBrackets: string) => string;
const verdicts: Readonly<Record<PlayVerdict['outcome'], Readonly<Record<Locale, Sentence>>>> = {
  fired: { en: (_, some) => `starts today${some}`, ja: (_, some) => `本日開始${some}` },
  open: { en: (detail) => `open since ${detail}`, ja: (detail) => `${detail}から対応中` },
  quiet: {
    en: (detail) => (detail === '' ? 'the trigger says no' : detail),
    ja: (detail) => (detail === '' ? '条件に当てはまりません' : detail),
  },
  cooling_down: {
    en: (detail) => `the trigger says yes, but the play rests until ${detail}`,
    ja: (detail) => `条件に当てはまりますが、${detail}まで休止します`,
  },
  suppressed: {
    en: (detail) => `the trigger says yes, but it does not fit now: ${detail}`,
    ja: (detail) => `条件に当てはまりますが、現在は対象外です:${detail}`,
  },
  baseline: {
    en: () => 'was already so on the first run; waits until it goes and comes back',
    ja: () => '初回実行時から該当していました。いったん解消した後に再び該当すると開始します',
  },
  merged: {
    en: (detail) => `on the checklist of ${detail}`,
    ja: (detail) => `${detail}のチェックリストに含めました`,
  },
  no_channel: {
    en: (detail) => `the trigger says yes, but there is no channel for touch model ${detail}`,
    ja: (detail) => `条件に当てはまりますが、タッチモデル${detail}に手段がありません`,
  },
  held_out: {
    en: (detail) =>
      `the trigger says yes, but this account goes without it in ${detail}, so that the effect can be seen`,
    ja: (detail) => `条件に当てはまりますが、効果測定の対照群のため${detail}は実施しません`,
  },
  unknown: {
    en: (_, some) => `not enough is known${some}; everything stays as it is`,
    ja: (_, some) => `判定に必要なデータが足りません${some}。現状を維持します`,
  },
  closed: { en: (_, some) => `closed today${some}`, ja: (_, some) => `本日完了${some}` },
};

/** Why a trigger that says yes starts nothing today. */
export function quietReason(
  reason: { readonly kind: 'runs'; readonly seen: number; readonly needed: number } | { readonly kind: 'spent' },
  locale: Locale,
): string {
  if (reason.kind === 'spent') {
    return locale === 'ja'
      ? '対応済みです。いったん解消した後に再び該当すると開始します'
      : 'was dealt with; starts again when it has gone and come back';
  }
  return locale === 'ja'
    ? `条件に当てはまって${reason.seen}回目です(${reason.needed}回で開始)`
    : `the trigger says yes for the ${ordinal(reason.seen)} time; it starts at the ${ordinal(reason.needed)}`;
}
function ordinal(n: number): string {
  return n === 1 ? '1st' : n === 2 ? '2nd' : n === 3 ? '3rd' : `${n}th`;
}

/** Reasons that stand beside the trigger: parked accounts, a stage nobody knows, a score nobody knows. */
export function standing(kind: 'parked' | 'no_stage' | 'no_score', detail: string, locale: Locale): string {
  const en = { parked: `parked until ${detail}`, no_stage: `${detail} is not known`, no_score: 'no score' };
  const ja = { parked: `${detail}まで保留`, no_stage: `${detail}が不明`, no_score: 'スコアなし' };
  return (locale === 'ja' ? ja : en)[kind];
}

/** A body that begins with how the customer is to be reached, where the play says so. */
export function withWay(body: string, way: Way | undefined, locale: Locale): string {
  if (way === undefined) return body;
  const ja: Readonly<Record<Way, string>> = {
    meeting: '個別ミーティング',
    call: '電話',
    seminar: '勉強会・セミナーへの招待',
    visit: '訪問',
    mail: 'メール',
  };
  const en: Readonly<Record<Way, string>> = {
    meeting: 'a meeting of your own',
    call: 'a call',
    seminar: 'an invitation to a seminar',
    visit: 'a visit',
    mail: 'a mail',
  };
  const line = locale === 'ja' ? `手段:${ja[way]}` : `How: ${en[way]}.`;
  return body === '' ? line : `${line}\n${body}`;
}

/** What is added to a task that went to somebody's manager, and the text of the manager's own. `day` is the day it went. */
export function escalated(
  task: { readonly subject: string; readonly body: string; readonly dueOn: string; readonly day: string },
  locale: Locale,
): { readonly body: string; readonly subject: string; readonly forManager: string } {
  const { subject, body, dueOn, day } = task;
  const note =
    locale === 'ja'
      ? `${day} 期限(${dueOn})超過のため上長に共有しました。`
      : `Overdue since ${dueOn}; brought to the manager on ${day}.`;
  return {
    body: body === '' ? note : `${body}\n\n${note}`,
    subject: locale === 'ja' ? `【期限超過】${subject}` : `Overdue: ${subject}`,
    forManager:
      locale === 'ja'
        ? `${dueOn}が期限のToDoが未完了です。担当者と次の一手を決めてください。\n\n${body}`.trim()
        : `This was due on ${dueOn} and is still open. Agree on the next step with its owner.\n\n${body}`.trim(),
  };
}

/** Body of the one task that stands for several risks: the leading text, then the others as a checklist. */
export function bodyWithChecklist(
  lead: string,
  others: readonly Pick<NextAction, 'subject'>[],
  locale: Locale,
): string {
  if (others.length === 0) return lead;
  const head = locale === 'ja' ? 'あわせて確認すること:' : 'Also to look at:';
  const list = others.map(({ subject }) => (locale === 'ja' ? `□ ${subject}` : `[ ] ${subject}`));
  return [lead, '', head, ...list].join('\n').trim();
}
