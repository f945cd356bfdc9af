// config/kenko.yaml: when the home runs, in which zone and language, where it keeps its state, how much of the CRM's day it may use.

import { z } from 'zod';
import { Day, Name, Share } from './pieces.ts';

export const KenkoFile = z.strictObject({
  name: z.string().min(1).max(80).describe('What this home is called in reports.'),
  purpose: z
    .string()
    .default('')
    .describe('Why you measure customer health: one or two sentences your team agrees on.'),
  zone: z
    .string()
    .default('Asia/Tokyo')
    .describe('Time zone (IANA name). Days, windows and the schedule are cut here.'),
  locale: z.enum(['en', 'ja']).default('en').describe('Language of everything CS people read: en or ja.'),
  holidays: z
    .string()
    .regex(/^[A-Z]{2}$/, { error: 'needs a country code of two capital letters, like JP' })
    .nullable()
    .default(null)
    .describe('Country whose public holidays are no business days, like JP. Empty: none.'),
  extra_holidays: z.array(Day).default([]).describe('More days on which nobody works (company holidays), YYYY-MM-DD.'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: 'needs a currency code of three capital letters, like JPY' })
    .default('JPY')
    .describe('Currency of all amounts, like JPY.'),
  schedule: z
    .string()
    .nullable()
    .default(null)
    .describe('When to run by itself: minute hour day month weekday, like "0 5 * * *". Empty: only by hand.'),
  missed_runs: z
    .enum(['run_once', 'skip'])
    .default('run_once')
    .describe('What to do about runs that were missed while nothing was running: make up for them once, or not.'),
  state: z
    .strictObject({
      path: z
        .string()
        .min(1)
        .default('state/kenko.sqlite')
        .describe('The file that remembers everything, below the home folder.'),
      any_file_system: z
        .boolean()
        .default(false)
        .describe('True: the file may lie on a network share or a folder of a host, which damages SQLite files.'),
      keep_days: z.number().int().min(30).max(3_650).default(800).describe('How many days of scores are kept.'),
    })
    .prefault({})
    .describe('Where the memory is kept.'),
  budgets: z
    .record(
      Name,
      z.strictObject({
        share_of_day: Share.default(0.8).describe('Stop when this share of the day allowance is used, by whoever.'),
        share_of_run: Share.default(0.25).describe('One run may use this share of the day allowance.'),
      }),
    )
    .default({})
    .describe('API calls per CRM, as shares of its allowance for a day.'),
  console: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('Where the console listens. 127.0.0.1: only this machine.'),
      port: z.number().int().min(0).max(65_535).default(8_620).describe('Port of the console.'),
      token_env: z
        .string()
        .regex(/^[A-Z][A-Z0-9_]*$/, { error: 'needs the name of an environment variable' })
        .default('KENKO_CONSOLE_TOKEN')
        .describe('Environment variable with the token for signing in.'),
      public_url: z
        .string()
        .regex(/^https:\/\/[a-z0-9.-]+(:\d+)?$/, {
          error: 'needs an https address without a path, like https://kenko.example.com',
        })
        .nullable()
        .default(null)
        .describe('The address people use where a proxy with TLS stands before the console. Empty: no proxy.'),
    })
    .prefault({})
    .describe('The console in the browser.'),
  heartbeat_url: z
    .string()
    .nullable()
    .default(null)
    .describe('Called after each good run, so that a missing run is noticed.'),
  notify_url: z
    .string()
    .nullable()
    .default(null)
    .describe(
      'A webhook that is told once when something begins to be wrong (a plan waits, a run failed, a source is stale) and once when it is over.',
    ),
  notify_format: z
    .enum(['auto', 'slack', 'json'])
    .default('auto')
    .describe(
      'slack: only {"text": …}. json: text, and what began and ended as data. auto: slack for hooks.slack.com.',
    ),
  notify_allow_addresses: z
    .array(z.string())
    .default([])
    .describe('Address ranges inside your network that notify_url and heartbeat_url may lead to, like 10.1.2.3/32.'),
});
export type KenkoFile = z.infer<typeof KenkoFile>;
