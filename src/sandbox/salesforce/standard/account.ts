// Standard fields of Account besides those that objects.ts names.
// Names, types, lengths and flags are those of a describe recorded by CumulusCI (BSD-3-Clause).

import type { FieldDefinition } from '../../fields.ts';
import { further } from '../standard-fields.ts';
import { place, wholeAddress } from './address.ts';

export const accountFields: readonly FieldDefinition[] = [
  further('RecordTypeId', 'reference', 'Record Type ID', { to: ['RecordType'], flags: { permissionable: false } }),
  further('BillingState', 'string', 'Billing State/Province', { length: 80 }),
  ...place('Billing'),
  ...wholeAddress('Shipping'),
  further('Fax', 'phone', 'Account Fax', { length: 40 }),
  further('PhotoUrl', 'url', 'Photo URL', { readOnly: true, flags: { extraTypeInfo: 'imageurl' } }),
  further('Sic', 'string', 'SIC Code', { length: 20 }),
  further('Ownership', 'picklist', 'Ownership', { length: 40, choices: 'Public|Private|Subsidiary|Other' }),
  further('TickerSymbol', 'string', 'Ticker Symbol', { length: 20 }),
  further('Rating', 'picklist', 'Account Rating', { length: 40, choices: 'Hot|Warm|Cold' }),
  further('Site', 'string', 'Account Site', { length: 80 }),
  further('LastViewedDate', 'datetime', 'Last Viewed Date', { readOnly: true }),
  further('LastReferencedDate', 'datetime', 'Last Referenced Date', { readOnly: true }),
  further('IsPartner', 'boolean', 'Partner Account', { flags: { createable: false, permissionable: false } }),
  further('IsCustomerPortal', 'boolean', 'Customer Portal Account', {
    flags: { createable: false, permissionable: false },
  }),
  further('ChannelProgramName', 'string', 'Channel Program Name', {
    readOnly: true,
    flags: { filterable: false, sortable: false },
  }),
  further('ChannelProgramLevelName', 'string', 'Channel Program Level Name', {
    readOnly: true,
    flags: { filterable: false, sortable: false },
  }),
  further('Jigsaw', 'string', 'Data.com Key', { length: 20 }),
  further('JigsawCompanyId', 'string', 'Jigsaw Company ID', {
    length: 20,
    readOnly: true,
    flags: { relationshipName: 'JigsawCompany' },
  }),
  further('CleanStatus', 'picklist', 'Clean Status', {
    length: 40,
    choices: 'Matched|Different|Acknowledged|NotFound|Inactive|Pending|SelectMatch|Skipped',
    restricted: true,
  }),
  further('AccountSource', 'picklist', 'Account Source', {
    length: 40,
    choices: 'Web|Phone Inquiry|Partner Referral|Purchased List|Other',
  }),
  further('DunsNumber', 'string', 'D-U-N-S Number', { length: 9 }),
  further('Tradestyle', 'string', 'Tradestyle'),
  further('NaicsCode', 'string', 'NAICS Code', { length: 8 }),
  further('NaicsDesc', 'string', 'NAICS Description', { length: 120 }),
  further('YearStarted', 'string', 'Year Started', { length: 4 }),
  further('SicDesc', 'string', 'SIC Description', { length: 80 }),
  further('DandbCompanyId', 'reference', 'D&B Company ID', { to: ['DandBCompany'] }),
  further('OperatingHoursId', 'reference', 'Operating Hour ID', { to: ['OperatingHours'] }),
];
