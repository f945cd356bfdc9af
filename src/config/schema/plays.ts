// config/plays.yaml: what a person should do next, and when not to ask again.

import { z } from 'zod';
import { Condition } from './condition.ts';
import { BusinessDays, Name, Span, Words } from './pieces.ts';

const Channel = z.enum(['task', 'meeting', 'call', 'seminar', 'visit', 'mail', 'nurture', 'none']);

export const Play = z.strictObject({
  id: z
    .string()
    .regex(/^(P\d{2}|V\d)?$/, { error: 'needs a number of the catalogue, like P16 or V3' })
    .default('')
    .describe('Number in the catalogue, like P16. Empty for plays of your own.'),
  on: z.boolean().default(true).describe('false: it stays here for later and does nothing.'),
  kind: z
    .enum(['risk', 'growth', 'value', 'data'])
    .default('risk')
    .describe(
      'risk: something may break. growth: something may be sold. value: something may be won. data: something is missing.',
    ),
  when: Condition.describe('The trigger. Unknown never starts a play.'),
  runs: z.number().int().min(1).max(10).default(1).describe('It must hold in so many runs in a row.'),
  stage: Name.optional().describe('A fact whose value names the stage; each stage is asked once.'),
  touch: z
    .record(Name, Channel)
    .default({})
    .describe(
      'Touch model → task (or how: meeting, call, seminar, visit, mail), nurture (only the nurture track is written) or none. Left out: task.',
    ),
  task_for_tech_when: Condition.describe('Tech touch gets a task all the same when this holds.').optional(),
  nurture_track: z.string().max(80).optional().describe('Written for accounts that get nurture.'),
  guide_url: z.string().max(255).optional().describe('A guide that your in-app tool may show.'),
  task: z
    .strictObject({
      subject: Words.describe('What to do, in one line. {{names}} of facts are filled in.'),
      body: Words.default('').describe('What one should know. {{names}} of facts are filled in.'),
      due: BusinessDays.describe('When it is due, like: 5 business days.'),
      priority: z.enum(['high', 'medium', 'low']).default('medium').describe('high, medium or low.'),
      owner: Name.default('account_owner').describe('Who: account_owner, or a role that the mapping knows.'),
      routing: z
        .enum(['owner', 'pool_best', 'round_robin'])
        .default('owner')
        .describe(
          'owner: who is named above. pool_best: who of the pool helped most. round_robin: one after the other.',
        ),
      pool: Name.optional().describe('A pool that the mapping knows, for routing.'),
    })
    .describe('The task a person gets.'),
  cool_down: Span.default(0).describe('No new task of this play for so long after the last was closed, like 45d.'),
  closes_when: Condition.describe('The task is closed by itself when this holds.').optional(),
  closing_runs: z.number().int().min(1).max(10).default(2).describe('It must hold in so many runs in a row.'),
  alert: z.boolean().default(false).describe('Opens even on the very first run.'),
  success: z
    .strictObject({
      when: Condition.describe('The play has helped an account when this holds…'),
      within: Span.describe('…within so long after its task was opened, like 90d.'),
      hold_out: z
        .number()
        .min(0)
        .max(50)
        .default(0)
        .describe(
          'Percent of accounts that go without the play, to compare: the same accounts for a quarter of a year, chosen by a hash.',
        ),
    })
    .optional()
    .describe('How success is measured, decided before the play is switched on.'),
});

export const PlaysFile = z.strictObject({
  first_run: z
    .enum(['alerts_only', 'open_tasks'])
    .default('alerts_only')
    .describe('The first run would open tasks for everything at once: alerts_only remembers and opens only alerts.'),
  caps: z
    .strictObject({
      new_per_owner_per_day: z.number().int().min(1).default(5).describe('New tasks per owner and day.'),
      open_per_owner: z.number().int().min(1).default(15).describe('Open tasks per owner.'),
      open_per_account: z.number().int().min(1).default(2).describe('Open tasks per account.'),
      open_per_account_high: z
        .number()
        .int()
        .min(1)
        .default(3)
        .describe('The same when the new one has high priority.'),
      new_growth_per_owner_per_day: z
        .number()
        .int()
        .min(0)
        .optional()
        .describe('New growth tasks per owner and day, beside the others: risks never starve them.'),
      open_growth_per_owner: z
        .number()
        .int()
        .min(0)
        .optional()
        .describe('Open growth tasks per owner, beside the others.'),
      backlog_days: z
        .number()
        .int()
        .min(1)
        .max(90)
        .default(14)
        .describe('What had to wait is dropped after so many days.'),
    })
    .prefault({})
    .describe('So that nobody drowns. What does not fit waits for its turn.'),
  merge_order: z
    .array(Name)
    .default([])
    .describe(
      'Several risk plays at once become one task; this order says whose text leads. Names every risk play. Empty: never merged.',
    ),
  suppress: z
    .array(
      z.strictObject({
        name: Name.describe('Name of the rule.'),
        when: Condition.describe('While this holds…'),
        plays: z.union([z.literal('all'), z.array(Name).min(1)]).describe('…these plays rest. all: every play.'),
        except: z.array(Name).default([]).describe('But not these.'),
        only_new: z.boolean().default(false).describe('true: open tasks stay, only new ones wait.'),
      }),
    )
    .default([])
    .describe('When not to ask at all.'),
  parked: z
    .strictObject({
      closed_plays: z.number().int().min(1).default(3).describe('After so many closed risk plays…'),
      within_days: z.number().int().min(1).default(180).describe('…within so many days…'),
      min_gain: z.number().min(0).default(5).describe('…without so many points won…'),
      park_days: z.number().int().min(1).default(90).describe('…the account rests for so long.'),
      unless: Condition.describe('Never while this holds.').optional(),
    })
    .optional()
    .describe('Accounts that effort does not help are set aside for a while. Left out: never.'),
  escalate: z
    .strictObject({
      after: BusinessDays.default('3 business days').describe('A high-priority task that is overdue for so long…'),
      owner: Name.default('csm_manager').describe('…goes to this role as well, once. The mapping names the person.'),
      due: BusinessDays.default('1 business day').describe('When their own task is due.'),
    })
    .optional()
    .describe('What happens to urgent tasks that nobody does. Left out: nothing.'),
  situation: Words.describe(
    'Stands below the text of every task: score, reasons, last contact. {{names}} of facts are filled in.',
  ).optional(),
  owner_change: z
    .enum(['leave', 'reassign'])
    .default('leave')
    .describe('When an account gets another owner: leave open tasks where they are, or hand them over.'),
  places_per_owner: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe('How many accounts of an owner get a place (support_priority_rank); the others show none.'),
  pools: z
    .strictObject({
      prior: z.number().min(0).max(1).default(0.6).describe('Share of tasks that usually help.'),
      strength: z.number().min(0).default(20).describe('How many tasks that belief is worth.'),
      min_gain: z.number().min(0).default(5).describe('Points of score that count as help.'),
    })
    .prefault({})
    .describe('How the people of a pool are compared: few tasks prove little and are drawn to the usual share.'),
  strict: z.boolean().default(false).describe('true: a play that is on must say how its success is measured.'),
  plays: z.record(Name, Play).describe('Every play, by a name of yours.'),
});
export type PlaysFile = z.infer<typeof PlaysFile>;
