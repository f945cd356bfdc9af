// Recorded stories of CumulusCI (BSD-3-Clause, 2021-22): files of YAML with a list of exchanges each, which share answers by
// `include_file` and templates by `include_template`. Read here into plain exchanges; nothing is compared here.

import { parse } from 'yaml';
import { filesIn, textOf } from './fixtures.ts';

const dir = 'cumulusci-cassettes';
export const recordedVersion = 'v66.0';

export interface Exchange {
  readonly method: string;
  /** Path with its query, of the host nothing. */
  readonly path: string;
  readonly body: string;
  readonly contentType: string;
  readonly status: number;
  /** Media type of the answer; null where the recording left its headers out. */
  readonly answerType: string | null;
  readonly answer: string;
}
export interface Story {
  readonly name: string;
  readonly exchanges: readonly Exchange[];
}

/** Cassettes that people edited until they no longer are what a server said, and why. */
export const edited: Readonly<Record<string, string>> = {
  'ManualEdit_TestCountSObjects.test_count_sobjects__network_errors': 'a status of 500 was put in by hand',
  ManualEdit_test_describe_to_sql: 'the request is no JSON any more, and the describes were cut by hand',
  'ManualEditTestCompositeParallelSalesforce.test_http_headers':
    'the answers of 304 were put in by hand, and depend on when the org was last changed',
  'ManualEditTestDescribeOrg.test_minimal_schema': 'the describes were cut by hand',
};

interface Raw {
  readonly request: { method: string; uri: string; body: unknown };
  readonly response: {
    status: { code: number };
    headers: Record<string, unknown>;
    body: { string: string | { include_template: string; vars: Record<string, string> } };
  };
  readonly include_file?: string;
}

export function stories(): Story[] {
  return filesIn(dir)
    .filter((file) => file.endsWith('.yaml') && !(file.replace(/\.yaml$/, '') in edited))
    .map((file) => ({ name: file.replace(/\.yaml$/, ''), exchanges: exchangesOf(file) }))
    .filter((story) => story.exchanges.length > 0);
}

/** The queries by the first Bulk API were put together by hand from two runs: the same job is made twice, once with 200. */
export function isPatched(file: string, path: string): boolean {
  return file.startsWith('TestSelect.') && path.includes('/services/async/');
}

function exchangesOf(file: string): Exchange[] {
  const document = parse(mended(textOf(`${dir}/${file}`)), { maxAliasCount: -1, uniqueKeys: false }) as Raw & {
    interactions?: Raw[];
  };
  const raws = document.interactions ?? (document.request === undefined ? [] : [document]);
  return raws.flatMap((raw) => {
    if (raw.include_file !== undefined) return exchangesOf(raw.include_file);
    return isPatched(file, raw.request.uri) ? [] : [exchangeOf(raw)];
  });
}

/** Some cassettes continue a quoted text at a smaller indent, which YAML forbids and their own reader bears: one line again. */
function mended(text: string): string {
  const lines: string[] = [];
  let open: string | null = null;
  for (const line of text.split('\n')) {
    if (open !== null) {
      open += ` ${line.trim()}`;
      if (!line.trimEnd().endsWith("'")) continue;
      lines.push(open);
      open = null;
    } else if (/^\s*body: '/.test(line) && !line.trimEnd().endsWith("'")) open = line.trimEnd();
    else lines.push(line);
  }
  return lines.join('\n');
}

function exchangeOf({ request, response }: Raw): Exchange {
  const text = response.body.string;
  const own = (response.headers['Response-Headers'] ?? response.headers) as Record<string, string[]>;
  return {
    method: request.method,
    path: versioned(request.uri.replace(/^https:\/\/[^/]+/, '')),
    body: versioned(typeof request.body === 'string' ? unchunked(request.body) : ''),
    contentType: bodyType(request),
    status: response.status.code,
    answerType: Array.isArray(own['Content-Type']) ? (own['Content-Type'][0] ?? null) : null,
    answer: versioned(typeof text === 'string' ? text : filled(text)),
  };
}

const versioned = (text: string) => text.replaceAll(/\bv(xx|62)\.0/g, recordedVersion);

function bodyType(request: { uri: string; body: unknown }): string {
  if (!request.uri.includes('/services/async/')) return 'application/json';
  return String(request.body ?? '').startsWith('<') ? 'application/xml; charset=UTF-8' : 'text/csv; charset=UTF-8';
}

/** Uploads were recorded as they went over the line, in chunks with their lengths. */
function unchunked(body: string): string {
  if (!/^[0-9a-f]+\r?\n/.test(body) || body.trimStart().startsWith('{')) return body;
  return body
    .split(/\r?\n/)
    .filter((line) => line !== '' && !/^[0-9a-f]{1,4}$/.test(line))
    .join('\n');
}

/** `{name:default}` of a template, filled with the recorded values. */
function filled({ include_template: template, vars }: { include_template: string; vars: Record<string, string> }) {
  return textOf(`${dir}/${template}`).replace(
    /\{(\w+)(?::([^}]*))?\}/g,
    (_whole, name: string, fallback?: string) => vars[name] ?? fallback ?? '',
  );
}
