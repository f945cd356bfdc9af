// config/kpis.yaml: what the company wants to reach, by when, and who answers for it.

import { z } from 'zod';
import { kpiUnits } from '../../domain/kpi.ts';
import { Day, Name, Words } from './pieces.ts';

const formulas = Object.keys(kpiUnits) as (keyof typeof kpiUnits)[];

export const KpisFile = z.strictObject({
  attributes: z
    .strictObject({
      started_on: Name.default('started_on').describe('Attribute with the day the contract began.'),
      ended_on: Name.default('ended_on').describe('Attribute with the day it ended.'),
      status: Name.default('status').describe('Attribute that says whether there is a contract.'),
      ended: z.array(z.string()).default(['churned']).describe('Values of status that mean: it has ended.'),
      revenue: Name.default('arr').describe('Attribute with the revenue of a year.'),
    })
    .prefault({})
    .describe('Where the figures come from: attributes of the rosters.'),
  targets: z
    .record(
      Name,
      z.strictObject({
        label: Words.describe('What people call it.').optional(),
        formula: z.enum(formulas).optional().describe('Which figure. Left out: the one this target is called like.'),
        target: z.number().describe('The number to reach; shares are percent, like 2.0.'),
        direction: z.enum(['at_most', 'at_least']).describe('at_most: less is better. at_least: more is better.'),
        by: Day.describe('The day it is to be reached.'),
        owner: z.string().min(1).describe('Who answers for it: a role.'),
      }),
    )
    .default({})
    .describe('Targets: specific, measurable, owned and dated.'),
});
export type KpisFile = z.infer<typeof KpisFile>;
