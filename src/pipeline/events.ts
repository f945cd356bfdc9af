// All that is worth saying while a run goes on. The pipeline emits; the doors decide what to show: a progress line, a log
// record, a page of the console. No person and no secret is in an event.

import type { Problem, Verdict } from '../domain/nouns.ts';

export type Stage = 'start' | 'settle' | 'extract' | 'evaluate' | 'plan' | 'apply' | 'reconcile' | 'close';

export type PipelineEvent =
  | { readonly kind: 'stage'; readonly stage: Stage; readonly run: string }
  | {
      readonly kind: 'progress';
      readonly stage: Stage;
      readonly what: string;
      readonly done: number;
      readonly of: number | null;
    }
  | {
      /** A source was read to its end, or as far as it went. */
      readonly kind: 'source';
      readonly source: string;
      readonly rows: number;
      readonly rejected: number;
      readonly ms: number;
      readonly failed: boolean;
    }
  | { readonly kind: 'problem'; readonly stage: Stage; readonly problem: Problem }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | {
      readonly kind: 'batch';
      readonly crm: string;
      readonly object: string;
      readonly op: string;
      readonly sent: number;
      readonly applied: number;
      readonly rejected: number;
      readonly unknown: number;
    }
  | { readonly kind: 'lease'; readonly run: string; readonly says: string }
  | { readonly kind: 'end'; readonly run: string; readonly state: string; readonly exitCode: number };

export type Emit = (event: PipelineEvent) => void;
