// What an operator is told of, and in which words: something began to be wrong, or is right again. Nothing about a customer:
// counts, names of sources, ids of plans and runs, gates and codes. Pure; who is told, and when, is pipeline/notify.ts.

import type { Locale } from './nouns.ts';

/** held: a plan waits for a person. stopped: a gate stopped the last run. failed: the last run failed. stale: a source is older
 * than it promised. rejected: the CRM refused writes. unclear: for an hour nobody knows whether a write arrived. */
export type TroubleKind = 'held' | 'stopped' | 'failed' | 'stale' | 'rejected' | 'unclear';

/** Something that is wrong now. */
export interface Trouble {
  /** The same trouble has the same key, however long it lasts: told once. */
  readonly key: string;
  readonly kind: TroubleKind;
  /** What it is about: a plan with its gates, a run with its exit code, a source. No customer, no person. */
  readonly about: string;
  readonly count: number;
}

type Words = Readonly<
  Record<
    Locale,
    { readonly began: (about: string, count: number) => string; readonly ended: (about: string) => string }
  >
>;
const words: Readonly<Record<TroubleKind, Words>> = {
  held: {
    en: {
      began: (about) =>
        `A plan waits for a person: ${about}. See why with kenko status, then kenko apply or kenko cancel.`,
      ended: () => 'No plan waits for a person any more.',
    },
    ja: {
      began: (about) =>
        `計画が承認を待っています: ${about}。理由は kenko status、承認は kenko apply、却下は kenko cancel です。`,
      ended: () => '承認を待つ計画はなくなりました。',
    },
  },
  stopped: {
    en: {
      began: (about) =>
        `A gate stopped the run: ${about}. Nothing more is written until its cause is mended; see kenko status.`,
      ended: () => 'No gate stops the runs any more.',
    },
    ja: {
      began: (about) =>
        `ゲートが実行を止めました: ${about}。原因を直すまで書き込みません。kenko status をご覧ください。`,
      ended: () => 'ゲートによる停止は解消しました。',
    },
  },
  failed: {
    en: {
      began: (about) =>
        `The last run did not go through: ${about}. See kenko status; docs/operations.md tells what to do for each exit code.`,
      ended: () => 'Runs go through again.',
    },
    ja: {
      began: (about) =>
        `前回の実行は最後まで進みませんでした: ${about}。kenko status をご覧ください。終了コードごとの対処は docs/operations.ja.md にあります。`,
      ended: () => '実行は再び成功しています。',
    },
  },
  stale: {
    en: {
      began: (about) =>
        `The source ${about} is older than it promised, or could not be read whole. Scores made of it stay as they were.`,
      ended: (about) => `The source ${about} is fresh again.`,
    },
    ja: {
      began: (about) =>
        `データソース ${about} が約束より古いか、最後まで読めませんでした。これを使うスコアは据え置かれます。`,
      ended: (about) => `データソース ${about} は再び新しくなりました。`,
    },
  },
  rejected: {
    en: {
      began: (about, count) =>
        `The CRM refused ${count} writes (${about} or more). See why with kenko status, then kenko retry --rejected.`,
      ended: (about) => `Fewer than ${about} refused writes are left.`,
    },
    ja: {
      began: (about, count) =>
        `CRM が ${count} 件の書き込みを拒否しています（${about} 件以上）。理由は kenko status、直したら kenko retry --rejected です。`,
      ended: (about) => `拒否されたままの書き込みは ${about} 件未満になりました。`,
    },
  },
  unclear: {
    en: {
      began: (_about, count) =>
        `For more than an hour nobody knows whether ${count} writes arrived. The next run that reaches the CRM asks it.`,
      ended: () => 'It is known of every write whether it arrived.',
    },
    ja: {
      began: (_about, count) =>
        `${count} 件の書き込みが届いたかどうか、1 時間以上わかりません。次に CRM へ届いた実行が確かめます。`,
      ended: () => 'すべての書き込みについて、届いたかどうかがわかりました。',
    },
  },
};

/** One sentence or two on what began. */
export function beganSays(trouble: Pick<Trouble, 'kind' | 'about' | 'count'>, locale: Locale): string {
  return words[trouble.kind][locale].began(trouble.about, trouble.count);
}
/** One sentence on what is over. */
export function endedSays(trouble: Pick<Trouble, 'kind' | 'about'>, locale: Locale): string {
  return words[trouble.kind][locale].ended(trouble.about);
}

/** Orders of magnitude at which refused writes are told again: growing trouble is not one trouble. */
const steps: readonly number[] = [1, 10, 100, 1_000, 10_000];
export function rejectedTroubles(count: number): readonly Trouble[] {
  return steps
    .filter((step) => count >= step)
    .map((step) => ({ key: `rejected ${step}`, kind: 'rejected', about: String(step), count }));
}
