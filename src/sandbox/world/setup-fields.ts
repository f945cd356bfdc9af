// The fields that a health connector usually asks for, in neutral terms with the name each vendor would use. Only the
// short way of tests (`setUp: true`) uses them; a connector makes its fields through the vendors' own metadata routes.

import type { FieldKind, FieldOption } from '../fields.ts';

export interface SetupField {
  /** Which object carries it. Salesforce keeps task fields on Activity. */
  readonly on: 'account' | 'contact' | 'opportunity' | 'task';
  readonly salesforce: string;
  readonly hubspot: string;
  readonly label: string;
  readonly kind: FieldKind;
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
  readonly options?: readonly FieldOption[];
  readonly unique?: boolean;
}

type Shape = Pick<SetupField, 'kind' | 'length' | 'precision' | 'scale' | 'options' | 'unique'>;

const text = (length: number): Shape => ({ kind: 'text', length });
const long = (length: number): Shape => ({ kind: 'long_text', length });
const number = (precision: number, scale: number): Shape => ({ kind: 'number', precision, scale });
const choice = (...values: string[]): Shape => ({
  kind: 'option',
  options: values.map((value) => ({ value, label: value })),
});
const choices = (...values: string[]): Shape => ({ ...choice(...values), kind: 'options' });
const yesNo: Shape = { kind: 'boolean' };
const day: Shape = { kind: 'date' };
const instant: Shape = { kind: 'datetime' };

const accountShapes: Readonly<Record<string, Shape>> = {
  Health_Score: number(4, 1),
  Health_Band: choice('green', 'yellow', 'red', 'unknown', 'not_scored'),
  Health_Alert: yesNo,
  Health_Reasons: long(1000),
  Health_Strengths: text(255),
  Health_Change_30d: number(4, 1),
  Health_Trend: choice('up', 'flat', 'down'),
  Health_Change_Note: text(255),
  Health_Usage_Score: number(4, 1),
  Health_Value_Score: number(4, 1),
  Health_Engagement_Score: number(4, 1),
  Health_Sentiment_Score: number(4, 1),
  Health_Support_Score: number(4, 1),
  Health_Coverage: number(5, 2),
  Health_Confidence: choice('high', 'medium', 'low', 'none'),
  Touch_Model: choice('high', 'low', 'tech'),
  Touch_Model_Lock: yesNo,
  Lifetime_Value: number(18, 2),
  Usage_Sentiment_Quadrant: text(80),
  Support_Priority_Rank: number(6, 0),
  Upsell_Flag: yesNo,
  Upsell_Type: choices('seats', 'plan', 'product', 'limit'),
  Upsell_Reason: text(255),
  Upsell_Flag_Since: day,
  Next_Action: text(255),
  Next_Action_Due: day,
  Health_Override: number(4, 1),
  Health_Override_Reason: text(255),
  Health_Override_Until: day,
  CSM_Pulse: choice('good', 'so_so', 'bad'),
  CSM_Pulse_Date: day,
  Health_Score_Feedback: choice('right', 'too_high', 'too_low'),
  Health_Model_Version: text(80),
  Health_Scored_At: instant,
};
const contactShapes: Readonly<Record<string, Shape>> = {
  Customer_Role: choice('champion', 'decision_maker', 'star_user', 'user'),
  Last_Active_Date: day,
  Active_Days_28d: number(3, 0),
  Contact_Health_Score: number(4, 1),
  NPS_Score: number(3, 0),
  NPS_Answer_Date: day,
  Value_Enhancement_Score: number(4, 1),
  Champion_Inactive: yesNo,
};
const taskShapes: Readonly<Record<string, Shape>> = {
  Kenko_Key: { kind: 'text', length: 80, unique: true },
  Play_Id: text(80),
  Play_Outcome: choice('done', 'not_needed', 'postponed', 'no_answer'),
  Snooze_Until: day,
  Health_Score_When_Created: number(4, 1),
};

function spell(on: SetupField['on'], shapes: Readonly<Record<string, Shape>>): SetupField[] {
  return Object.entries(shapes).map(([name, shape]) => ({
    on,
    salesforce: `${name}__c`,
    hubspot: name === 'Kenko_Key' ? 'kenko_key' : `kenko_${name.toLowerCase()}`,
    label: name.replaceAll('_', ' '),
    ...shape,
  }));
}

/** The usual fields, all of them. */
export const setupFields: readonly SetupField[] = [
  ...spell('account', accountShapes),
  ...spell('contact', contactShapes),
  ...spell('opportunity', { Health_Score_At_Open: number(4, 1) }),
  ...spell('task', taskShapes),
];
