// Standard fields of Contact besides those that objects.ts names.
// Names, types, lengths and flags are those of a describe recorded by CumulusCI (BSD-3-Clause).

import type { FieldDefinition } from '../../fields.ts';
import { further } from '../standard-fields.ts';
import { place, wholeAddress } from './address.ts';

export const contactFields: readonly FieldDefinition[] = [
  ...wholeAddress('Other'),
  further('MailingState', 'string', 'Mailing State/Province', { length: 80 }),
  ...place('Mailing'),
  further('Fax', 'phone', 'Business Fax', { length: 40 }),
  further('HomePhone', 'phone', 'Home Phone', { length: 40 }),
  further('OtherPhone', 'phone', 'Other Phone', { length: 40 }),
  further('AssistantPhone', 'phone', 'Asst. Phone', { length: 40 }),
  further('ReportsToId', 'reference', 'Reports To ID', { to: ['Contact'] }),
  further('AssistantName', 'string', "Assistant's Name", { length: 40 }),
  further('LeadSource', 'picklist', 'Lead Source', {
    choices: 'Web|Phone Inquiry|Partner Referral|Purchased List|Other',
  }),
  further('Birthdate', 'date', 'Birthdate'),
  further('LastCURequestDate', 'datetime', 'Last Stay-in-Touch Request Date', { readOnly: true }),
  further('LastCUUpdateDate', 'datetime', 'Last Stay-in-Touch Save Date', { readOnly: true }),
  further('LastViewedDate', 'datetime', 'Last Viewed Date', { readOnly: true }),
  further('LastReferencedDate', 'datetime', 'Last Referenced Date', { readOnly: true }),
  further('EmailBouncedReason', 'string', 'Email Bounced Reason', { flags: { permissionable: false } }),
  further('EmailBouncedDate', 'datetime', 'Email Bounced Date', { flags: { permissionable: false } }),
  further('IsEmailBounced', 'boolean', 'Is Email Bounced', { readOnly: true }),
  further('PhotoUrl', 'url', 'Photo URL', { readOnly: true, flags: { extraTypeInfo: 'imageurl' } }),
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
  further('IndividualId', 'reference', 'Individual ID', { to: ['Individual'], flags: { permissionable: false } }),
];
