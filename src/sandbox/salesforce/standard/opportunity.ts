// Standard fields of Opportunity besides those that objects.ts names.
// Names, types, lengths and flags are those of a describe recorded by CumulusCI (BSD-3-Clause).

import type { FieldDefinition } from '../../fields.ts';
import { further } from '../standard-fields.ts';

export const opportunityFields: readonly FieldDefinition[] = [
  further('IsPrivate', 'boolean', 'Private'),
  further('ExpectedRevenue', 'currency', 'Expected Amount', {
    digits: [18, 2],
    readOnly: true,
    flags: { permissionable: true },
  }),
  further('TotalOpportunityQuantity', 'double', 'Quantity', { digits: [18, 2] }),
  further('NextStep', 'string', 'Next Step'),
  further('LeadSource', 'picklist', 'Lead Source', {
    choices: 'Web|Phone Inquiry|Partner Referral|Purchased List|Other',
  }),
  further('ForecastCategory', 'picklist', 'Forecast Category', {
    length: 40,
    choices: 'Omitted|Pipeline|BestCase|MostLikely|Forecast|Closed',
    restricted: true,
    readOnly: true,
    flags: { nillable: false },
  }),
  further('ForecastCategoryName', 'picklist', 'Forecast Category', {
    choices: 'Omitted|Pipeline|Best Case|Commit|Closed',
    restricted: true,
    flags: { defaultedOnCreate: true, permissionable: false },
  }),
  further('CampaignId', 'reference', 'Campaign ID', { to: ['Campaign'] }),
  further('HasOpportunityLineItem', 'boolean', 'Has Line Item', { readOnly: true }),
  further('Pricebook2Id', 'reference', 'Price Book ID', {
    to: ['Pricebook2'],
    flags: { defaultedOnCreate: true, permissionable: false },
  }),
  further('LastActivityDate', 'date', 'Last Activity', { readOnly: true }),
  further('LastStageChangeDate', 'datetime', 'Last Stage Change Date', { readOnly: true }),
  further('FiscalQuarter', 'int', 'Fiscal Quarter', {
    digits: [8, 0],
    readOnly: true,
    flags: { compoundFieldName: 'Fiscal' },
  }),
  further('FiscalYear', 'int', 'Fiscal Year', {
    digits: [8, 0],
    readOnly: true,
    flags: { compoundFieldName: 'Fiscal' },
  }),
  further('Fiscal', 'string', 'Fiscal Period', { length: 6, readOnly: true, flags: { byteLength: 6 } }),
  further('LastViewedDate', 'datetime', 'Last Viewed Date', { readOnly: true }),
  further('LastReferencedDate', 'datetime', 'Last Referenced Date', { readOnly: true }),
  further('HasOpenActivity', 'boolean', 'Has Open Activity', {
    readOnly: true,
    flags: { filterable: false, sortable: false },
  }),
  further('HasOverdueTask', 'boolean', 'Has Overdue Task', {
    readOnly: true,
    flags: { filterable: false, sortable: false },
  }),
  further('LastAmountChangedHistoryId', 'reference', 'Opportunity History ID', {
    to: ['OpportunityHistory'],
    readOnly: true,
  }),
  further('LastCloseDateChangedHistoryId', 'reference', 'Opportunity History ID', {
    to: ['OpportunityHistory'],
    readOnly: true,
  }),
];
