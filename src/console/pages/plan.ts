// One plan: what its gates said, how to say yes or no to it, and its effects record by record, old → new, a page at a time.

import { html } from 'hono/html';
import type { Effect, Value } from '../../domain/nouns.ts';
import type { Store } from '../../state/store.ts';
import type { Page } from '../layout.ts';

const pageSize = 100;

export interface PlanPage {
  readonly plan: number;
  readonly asOf: string;
  readonly state: string;
  readonly expired: boolean;
  readonly gates: readonly { readonly id: string; readonly answer: string; readonly says: string }[];
  /** Effects by state. */
  readonly counts: Readonly<Record<string, number>>;
  readonly effects: readonly {
    readonly account: string;
    readonly name: string;
    readonly crm: string;
    readonly op: Effect['op'];
    readonly play: string;
    readonly state: string;
    readonly changes: readonly { readonly word: string; readonly before: Value; readonly after: Value }[];
    readonly because: readonly string[];
  }[];
  readonly remarks: readonly {
    readonly account: string;
    readonly crm: string;
    readonly word: string;
    readonly says: string;
  }[];
  /** Where the next page begins; null on the last. */
  readonly next: number | null;
}

/** Null where there is no such plan. */
export async function planQuery(store: Store, id: number, after: number): Promise<PlanPage | null> {
  const plan = Number.isSafeInteger(id) ? await store.plans.get(id) : null;
  if (plan === null) return null;
  const page = await store.plans.effects(id, after, pageSize);
  const effects: PlanPage['effects'][number][] = [];
  for (const effect of page) {
    effects.push({
      account: effect.account,
      name: (await store.accounts.get(effect.account))?.name ?? effect.account,
      crm: effect.crm,
      op: effect.op,
      play: effect.play,
      state: effect.state,
      changes: Object.entries(effect.payload).map(([word, value]) => ({
        word,
        before: effect.expect?.[word] ?? null,
        after: value,
      })),
      because: effect.because,
    });
  }
  return {
    plan: plan.id,
    asOf: plan.asOf,
    state: plan.state,
    expired: plan.expired,
    gates: plan.verdicts.map(({ gate, answer, says }) => ({ id: gate, answer, says })),
    counts: await store.plans.counts(id),
    effects,
    remarks: (await store.plans.remarks(id, 50)).map(({ account, crm, word, says }) => ({ account, crm, word, says })),
    next: page.length === pageSize ? (page.at(-1)?.id ?? null) : null,
  };
}

const opWords: Readonly<Record<Effect['op'], string>> = {
  set: 'set',
  clear: 'clear',
  ensure_task: 'open a task',
  close_task: 'close a task',
};

export function planView(page: PlanPage): Page {
  const asking = page.gates.filter(({ answer }) => answer !== 'pass');
  return html`
    <p>As of ${page.asOf}: <strong>${page.expired ? 'expired: nobody answered within 24 hours' : page.state}</strong>. ${Object.entries(page.counts).map(([state, count]) => html`${count} ${state} `)}</p>
    ${asking.map((gate) => html`<p class="${gate.answer === 'stop' ? 'red' : 'yellow'}">${gate.id} ${gate.answer}: ${gate.says}</p>`)}
    ${page.state === 'held' ? html`<p>Say yes with <code>kenko apply ${page.plan}</code> or no with <code>kenko cancel ${page.plan}</code>.</p>` : ''}
    ${
      page.effects.length === 0
        ? html`<p>Nothing to change.</p>`
        : html`<table>
      <tr><th>account</th><th>CRM</th><th>does</th><th>old → new</th><th>state</th></tr>
      ${page.effects.map((effect) => html`<tr><td><a href="/account/${encodeURIComponent(effect.account)}">${effect.name}</a></td><td>${effect.crm}</td><td>${opWords[effect.op]}${effect.play === '' ? '' : html`<br /><span class="dim">${effect.play}</span>`}</td><td>${effect.changes.map(({ word, before, after }) => html`<div>${word}: <span class="dim">${shown(before)}</span> → ${shown(after)}</div>`)}</td><td>${effect.state}</td></tr>`)}
    </table>`
    }
    ${page.next === null ? '' : html`<a href="/plan/${page.plan}?after=${page.next}">more</a>`}
    ${page.remarks.length === 0 ? '' : html`<h2>Left alone</h2><ul>${page.remarks.map((remark) => html`<li>${remark.account} <span class="dim">${remark.crm} ${remark.word}</span> ${remark.says}</li>`)}</ul>`}`;
}
function shown(value: Value): string {
  if (value === null) return '–';
  const text = String(value);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
