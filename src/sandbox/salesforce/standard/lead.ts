// Standard fields of Lead besides those that objects.ts names.
// Names, types, lengths and flags are those of a describe recorded by CumulusCI (BSD-3-Clause).

import type { FieldDefinition } from '../../fields.ts';
import { further } from '../standard-fields.ts';
import { wholeAddress } from './address.ts';

export const leadFields: readonly FieldDefinition[] = [
  further('MasterRecordId', 'reference', 'Master Record ID', { to: ['Lead'], readOnly: true }),
  further('Salutation', 'picklist', 'Salutation', { length: 40, choices: 'Mr.|Ms.|Mrs.|Dr.|Prof.|Mx.' }),
  further('Title', 'string', 'Title', { length: 128 }),
  ...wholeAddress(''),
  further('Phone', 'phone', 'Phone', { length: 40 }),
  further('MobilePhone', 'phone', 'Mobile Phone', { length: 40 }),
  further('Fax', 'phone', 'Fax', { length: 40 }),
  further('Website', 'url', 'Website'),
  further('PhotoUrl', 'url', 'Photo URL', { readOnly: true, flags: { extraTypeInfo: 'imageurl' } }),
  further('Description', 'textarea', 'Description', { length: 32000 }),
  further('LeadSource', 'picklist', 'Lead Source', {
    choices: 'Web|Phone Inquiry|Partner Referral|Purchased List|Other',
  }),
  further('Industry', 'picklist', 'Industry'),
  further('Rating', 'picklist', 'Rating', { choices: 'Hot|Warm|Cold' }),
  further('AnnualRevenue', 'currency', 'Annual Revenue', { digits: [18, 0] }),
  further('NumberOfEmployees', 'int', 'Employees', { digits: [8, 0] }),
  further('IsConverted', 'boolean', 'Converted', { createOnly: true, flags: { permissionable: false } }),
  further('ConvertedDate', 'date', 'Converted Date', { readOnly: true }),
  further('ConvertedAccountId', 'reference', 'Converted Account ID', { to: ['Account'], readOnly: true }),
  further('ConvertedContactId', 'reference', 'Converted Contact ID', { to: ['Contact'], readOnly: true }),
  further('ConvertedOpportunityId', 'reference', 'Converted Opportunity ID', { to: ['Opportunity'], readOnly: true }),
  further('IsUnreadByOwner', 'boolean', 'Unread By Owner', { flags: { permissionable: false } }),
  further('LastActivityDate', 'date', 'Last Activity', { readOnly: true }),
  further('LastViewedDate', 'datetime', 'Last Viewed Date', { readOnly: true }),
  further('LastReferencedDate', 'datetime', 'Last Referenced Date', { readOnly: true }),
  further('Jigsaw', 'string', 'Data.com Key', { length: 20 }),
  further('JigsawContactId', 'string', 'Jigsaw Contact ID', {
    length: 20,
    readOnly: true,
    flags: { relationshipName: 'JigsawContact' },
  }),
  further('CleanStatus', 'picklist', 'Clean Status', {
    length: 40,
    choices: 'Matched|Different|Acknowledged|NotFound|Inactive|Pending|SelectMatch|Skipped',
    restricted: true,
  }),
  further('CompanyDunsNumber', 'string', 'Company D-U-N-S Number', { length: 9 }),
  further('DandbCompanyId', 'reference', 'D&B Company ID', { to: ['DandBCompany'] }),
  further('EmailBouncedReason', 'string', 'Email Bounced Reason', {
    flags: { createable: false, permissionable: false },
  }),
  further('EmailBouncedDate', 'datetime', 'Email Bounced Date', {
    flags: { createable: false, permissionable: false },
  }),
  further('IndividualId', 'reference', 'Individual ID', { to: ['Individual'], flags: { permissionable: false } }),
];
