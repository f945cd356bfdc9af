// From one page to the next. The next address must stay on the origin that was asked first, and no page may come twice: a
// server that goes in circles would otherwise be asked for ever.

import type { HttpAnswer } from '../../clients/http.ts';
import { SourceError } from '../../lib/errors.ts';
import type { RestAnswer } from './answer.ts';
import { at } from './paths.ts';
import type { Paging } from './settings.ts';

/** What to change in the first question to get a page: another address, or one value. */
export type Turn =
  | { readonly kind: 'first' }
  | { readonly kind: 'address'; readonly url: URL }
  | { readonly kind: 'value'; readonly value: string | number; readonly offset: number };

export interface Pager {
  readonly first: Turn;
  /** The next turn; null after the last page. @throws SourceError when it leaves the origin or repeats itself. */
  next(turn: Turn, http: HttpAnswer, answer: RestAnswer): Turn | null;
}

export function createPager(paging: Paging, start: URL, where: string): Pager {
  const seen = new Set<string>();
  const fresh = (key: string): void => {
    if (seen.has(key))
      throw new SourceError('the paging goes in circles', {
        where,
        why: 'The server names a page as the next one that it has given before.',
        fix: 'Look at paging in config/sources.yaml against the documentation of the server.',
      });
    seen.add(key);
  };
  const address = (given: unknown, from: URL): Turn | null => {
    if (typeof given !== 'string' || given === '') return null;
    if (!URL.canParse(given, from.href)) throw strayed(where, 'it is no address');
    const url = new URL(given, from.href);
    if (url.origin !== start.origin) throw strayed(where, `it leads to ${url.host}`);
    fresh(url.href);
    return { kind: 'address', url };
  };
  const value = (given: unknown): Turn | null => {
    if (given === null || given === undefined || given === '') return null;
    const text = typeof given === 'number' ? given : String(given);
    fresh(String(text));
    return { kind: 'value', value: text, offset: 0 };
  };
  if (paging.kind === 'page' || paging.kind === 'offset') {
    const from = paging.kind === 'page' ? paging.start : 0;
    const step = paging.kind === 'page' ? 1 : paging.size;
    return {
      first: { kind: 'value', value: from, offset: 0 },
      next(turn, _http, answer) {
        if (answer.rows.length < paging.size) return null;
        const now = turn.kind === 'value' ? Number(turn.value) : from;
        const offset = turn.kind === 'value' ? turn.offset : 0;
        return { kind: 'value', value: now + step, offset: offset + paging.size };
      },
    };
  }
  return {
    first: { kind: 'first' },
    next(turn, http, answer) {
      const here = turn.kind === 'address' ? turn.url : start;
      if (paging.kind === 'link') return address(nextLink(http.headers['link'] ?? ''), here);
      if (paging.kind === 'next') return address(at(answer.document, paging.from), here);
      if (paging.kind === 'cursor') {
        if (paging.more !== undefined && at(answer.document, paging.more) !== true) return null;
        if (paging.end !== undefined && at(answer.document, paging.end) === true) return null;
        if (paging.from !== undefined) return value(at(answer.document, paging.from));
        return value(at(answer.rows.at(-1), paging.from_last ?? 'id'));
      }
      return null;
    },
  };
}

/** The address of rel="next" in a Link header; null when there is none. */
export function nextLink(header: string): string | null {
  for (const match of header.matchAll(/<([^>]*)>([^<]*)/g)) {
    if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\b)/i.test(match[2] ?? '')) return match[1] ?? null;
  }
  return null;
}

function strayed(where: string, why: string): SourceError {
  return new SourceError('the next page leaves the server that was asked', {
    where,
    why: `${why[0]?.toUpperCase() ?? ''}${why.slice(1)}; a sign-in and data are never handed on by what an answer says.`,
    fix: 'If the server moved, write its new address under url in config/sources.yaml.',
  });
}
