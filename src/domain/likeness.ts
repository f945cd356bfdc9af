// The account that an unmatched reference most likely means, as a hint for a person: names, domains and numbers compared by the
// pairs of letters they share. It is shown and never acted upon.

import { domainOf } from './domain-name.ts';
import type { Account, AccountRef } from './nouns.ts';

/** What is shown beside an unmatched reference. */
export interface Likely {
  readonly account: string;
  readonly name: string;
  /** 0..1: twice the pairs of letters that two texts share, over the pairs of both. */
  readonly likeness: number;
}
export type NamedAccount = Pick<Account, 'key' | 'name' | 'ids'>;

/** Below this nobody is named: such a hint would mislead more often than help. */
const leastLikeness = 0.6;
/** Numberings that are alike only when they are the same but for their writing: A-0012 is not almost A-0013. */
const alikeButForWriting = 0.95;

/** Takes the references once, then every account once; memory grows with the references alone. */
export class LikelyAccounts {
  readonly #wanted: readonly { readonly pairs: ReadonlySet<string>; readonly plain: string }[];
  readonly #byPair = new Map<string, number[]>();
  readonly #byPlain = new Map<string, number[]>();
  readonly #best: (Likely | null)[];

  constructor(refs: readonly AccountRef[]) {
    this.#best = refs.map(() => null);
    this.#wanted = refs.map(({ kind, value }) => ({
      pairs: pairsOf(wordsOf(kind === 'domain' ? labelOf(value) : /\p{L}{4}/u.test(value) ? value : '')),
      plain: kind === 'phone' ? '' : plainOf(value),
    }));
    for (const [index, { pairs, plain }] of this.#wanted.entries()) {
      for (const pair of pairs) listIn(this.#byPair, pair).push(index);
      if (plain !== '') listIn(this.#byPlain, plain).push(index);
    }
  }

  offer(account: NamedAccount): void {
    const texts = new Set([wordsOf(account.name)]);
    for (const [kind, value] of Object.entries(account.ids)) {
      if (kind === 'domain') texts.add(wordsOf(labelOf(value)));
      else if (kind !== 'phone')
        for (const index of this.#byPlain.get(plainOf(value)) ?? []) this.#take(index, account, alikeButForWriting);
    }
    for (const text of texts) {
      const pairs = pairsOf(text);
      const shared = new Map<number, number>();
      for (const pair of pairs)
        for (const index of this.#byPair.get(pair) ?? []) shared.set(index, (shared.get(index) ?? 0) + 1);
      for (const [index, count] of shared) {
        const own = this.#wanted[index]?.pairs.size ?? 0;
        this.#take(index, account, (2 * count) / (pairs.size + own));
      }
    }
  }

  /** In the order of the references; null where no account comes near. */
  found(): readonly (Likely | null)[] {
    return this.#best;
  }

  /** The likelier wins; of two that are equally likely the one whose key comes first, so that order does not matter. */
  #take(index: number, { key, name }: NamedAccount, likeness: number): void {
    if (likeness < leastLikeness) return;
    const best = this.#best[index] ?? null;
    const rounded = Math.round(likeness * 100) / 100;
    if (best !== null && (best.likeness > rounded || (best.likeness === rounded && best.account <= key))) return;
    this.#best[index] = { account: key, name, likeness: rounded };
  }
}

function listIn(map: Map<string, number[]>, key: string): number[] {
  let list = map.get(key);
  if (list === undefined) {
    list = [];
    map.set(key, list);
  }
  return list;
}
/** `acme-kk` of `acme-kk.co.jp`. */
function labelOf(domain: string): string {
  return (domainOf(domain) ?? domain).split('.')[0] ?? '';
}
const legalForms =
  /株式会社|有限会社|合同会社|合資会社|一般社団法人|\(株\)|\(有\)|(?<![\p{L}])(?:inc|ltd|co|corp|corporation|company|limited|llc|plc|kk|gmbh|ag|sa|bv|pty)(?![\p{L}])/gu;
/** A name without its legal form, spaces and signs. */
function wordsOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\bk\.\s?k\./g, 'kk')
    .replace(legalForms, ' ')
    .replace(/[^\p{L}\p{N}]+/gu, '');
}
/** A number without signs, case and leading zeros: `a-007` and `A7` are alike. */
function plainOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/(?<!\p{N})0+(?=\p{N})/gu, '')
    .replaceAll(' ', '');
}
function pairsOf(text: string): ReadonlySet<string> {
  const letters = [...text];
  const pairs = new Set<string>();
  for (let i = 1; i < letters.length; i++) pairs.add(`${letters[i - 1]}${letters[i]}`);
  return pairs;
}
