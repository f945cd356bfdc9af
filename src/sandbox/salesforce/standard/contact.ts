// Standard fields of Contact besides those that objects.ts names.
// Names, types, lengths and flags are those of a describe recorded by CumulusCI (BSD-3-Clause).

import type { FieldDefinition } from '../../fields.ts';
import { further } from '../standard-fields.ts';

export const contactFields: readonly FieldDefinition[] = [
  further('OtherStreet', 'textarea', 'Other Street', { length: 255 }),
  further('OtherCity', 'string', 'Other City', { length: 40 }),
  further('OtherState', 'string', 'Other State/Province', { length: 80 }),
  further('OtherPostalCode', 'string', 'Other Zip/Postal Code', { length: 20 }),
  further('OtherCountry', 'string', 'Other Country', { length: 80 }),
  further('OtherLatitude', 'double', 'Other Latitude', { digits: [18, 15] }),
  further('OtherLongitude', 'double', 'Other Longitude', { digits: [18, 15] }),
  further('OtherGeocodeAccuracy', 'picklist', 'Other Geocode Accuracy', {
    length: 40,
    choices: 'Address|NearAddress|Block|Street|ExtendedZip|Zip|Neighborhood|City|County|State|Unknown',
    restricted: true,
  }),
  further('OtherAddress', 'address', 'Other Address', {
    readOnly: true,
    flags: {
      aggregatable: false,
      byteLength: 0,
      groupable: false,
      length: 0,
      permissionable: true,
      queryByDistance: true,
      sortable: false,
    },
  }),
  further('MailingState', 'string', 'Mailing State/Province', { length: 80 }),
  further('MailingLatitude', 'double', 'Mailing Latitude', { digits: [18, 15] }),
  further('MailingLongitude', 'double', 'Mailing Longitude', { digits: [18, 15] }),
  further('MailingGeocodeAccuracy', 'picklist', 'Mailing Geocode Accuracy', {
    length: 40,
    choices: 'Address|NearAddress|Block|Street|ExtendedZip|Zip|Neighborhood|City|County|State|Unknown',
    restricted: true,
  }),
  further('MailingAddress', 'address', 'Mailing Address', {
    readOnly: true,
    flags: {
      aggregatable: false,
      byteLength: 0,
      groupable: false,
      length: 0,
      permissionable: true,
      queryByDistance: true,
      sortable: false,
    },
  }),
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
