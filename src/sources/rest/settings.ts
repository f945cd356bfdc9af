// Settings of `kind: rest`: where to ask, how to sign in, which list of the answer are the rows, how to get the next page,
// and what to ask for again. There is no expression language: a path is names and numbers with points between them.

import { z } from 'zod';
import { Secret } from '../../lib/secret.ts';

const secret = z.union([z.instanceof(Secret), z.string()]);
const path = z
  .string()
  .regex(/^[^.\s][^.]*(\.[^.]+)*$/, { error: 'needs names with points between them, like via.channel or items.0.id' });

const auth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('bearer'), token: secret }),
  z
    .strictObject({
      kind: z.literal('basic'),
      user: z.string().optional(),
      user_token: secret.optional().describe('Where the key itself is the user name.'),
      password: secret.optional(),
    })
    .refine((own) => (own.user === undefined) !== (own.user_token === undefined), {
      error: 'needs user, or user_token where the key is the user name',
    }),
  z.strictObject({
    kind: z.literal('header'),
    name: z.string().regex(/^[A-Za-z0-9-]{1,60}$/),
    token: secret,
    prefix: z.string().max(20).default('').describe('Written before the token: "Key ".'),
  }),
  z.strictObject({
    kind: z.literal('oauth'),
    token_url: z.url(),
    client_id: z.string().min(1),
    client_secret: secret,
    scope: z.string().optional(),
    send: z
      .enum(['header', 'body'])
      .default('header')
      .describe('Where the client signs in: RFC 6749 prefers the header.'),
  }),
]);

const into = {
  param: z.string().min(1).optional().describe('Parameter of the address.'),
  field: path.optional().describe('Path in the body, for POST.'),
};
const paging = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('link') }).describe('The Link header says rel="next" (RFC 8288).'),
  z.strictObject({ kind: z.literal('next'), from: path.describe('Where the answer holds the next address.') }),
  z.strictObject({
    kind: z.literal('cursor'),
    from: path.optional().describe('Where the answer holds the next cursor.'),
    from_last: path.optional().describe('Or: which field of the last row is the cursor.'),
    more: path.optional().describe('A yes/no of the answer: no ends the paging.'),
    end: path.optional().describe('A yes/no of the answer: yes ends the paging.'),
    ...into,
  }),
  z.strictObject({
    kind: z.literal('page'),
    ...into,
    start: z.number().int().min(0).default(1),
    size: z.number().int().min(1).max(100_000).describe('Rows of a full page; a shorter one is the last.'),
  }),
  z.strictObject({ kind: z.literal('offset'), ...into, size: z.number().int().min(1).max(100_000) }),
]);

const plain = z.union([z.string(), z.number(), z.boolean()]);

/** Settings of `kind: rest` in config/sources.yaml. */
export const RestSettings = z
  .strictObject({
    url: z
      .string()
      .min(1)
      .describe(
        'https://… of the first page. :since :as_of :today stand for days and times, as ISO or with .unix .unix_ms .day .ymd .hour; :offset and :size for those of the paging.',
      ),
    method: z.enum(['GET', 'POST']).default('GET').describe('POST only where it is a question.'),
    query: z.record(z.string(), plain).default({}).describe('Parameters of the address.'),
    body: z.record(z.string(), z.unknown()).optional().describe('Body of a POST, sent as JSON.'),
    headers: z.record(z.string(), z.string()).default({}).describe('Further headers, none of them secret.'),
    auth: auth.default({ kind: 'none' }).describe('How to sign in; secrets only as ${NAME}.'),
    answer: z
      .enum(['json', 'jsonl', 'csv'])
      .default('json')
      .describe('json: one document. jsonl: one object per line. csv: a header and rows.'),
    rows: path.optional().describe('Path to the list in the answer. Left out: the answer is the list.'),
    names: path.optional().describe('Path to the names of the columns, where rows are lists.'),
    matrix: z
      .strictObject({ labels: path, days: path, values: path })
      .optional()
      .describe('Instead of rows: a table of labels × days; its rows have label, day and value.'),
    optional: z
      .array(path)
      .default([])
      .describe('Paths that may be absent in every row. What is missing everywhere otherwise counts as renamed.'),
    paging: paging.default({ kind: 'none' }).describe('How to get the next page.'),
    cursor: path.optional().describe('Path of a row that only grows: later readings ask :since from there.'),
    cursor_kind: z
      .enum(['time', 'unix', 'unix_ms', 'number'])
      .default('time')
      .describe('What the cursor is: a day or ISO time, seconds or milliseconds since 1970, or a number.'),
    ordered: z
      .boolean()
      .default(false)
      .describe('true: oldest first, so that a broken reading goes on where it stopped.'),
    first_days: z
      .number()
      .int()
      .min(1)
      .max(3_650)
      .default(365)
      .describe('How far :since looks back at the first reading.'),
    safety_lag_seconds: z
      .number()
      .int()
      .min(0)
      .max(86_400)
      .default(60)
      .describe("A cursor of times never passes the server's clock minus this."),
    per_minute: z.number().int().min(1).max(6_000).default(120).describe('Most questions in any 60 seconds.'),
    timeout_seconds: z.number().int().min(1).max(600).default(60).describe('How long one answer may take.'),
    max_mb: z.number().int().min(1).max(1_024).default(64).describe('Largest answer, unpacked.'),
    max_pages: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(10_000)
      .describe('After so many pages something is wrong.'),
    allow_addresses: z
      .array(z.string())
      .default([])
      .describe('Address ranges of your own network that may be called: 10.1.2.3/32. Public ones need not be listed.'),
    redirect_hosts: z
      .array(z.string().regex(/^(\*\.)?[a-z0-9.-]+$/))
      .default([])
      .describe('Hosts a redirect may lead to; without this none is followed.'),
  })
  .refine((own) => own.rows === undefined || own.matrix === undefined, { error: 'either rows or matrix' })
  .refine((own) => own.body === undefined || own.method === 'POST', { error: 'a body needs method: POST' });
export type RestSettings = z.infer<typeof RestSettings>;
export type Paging = RestSettings['paging'];
