// Standard fields of Case besides those that objects.ts names.
// Names, types, lengths and flags are those of a describe recorded by CumulusCI (BSD-3-Clause).

import type { FieldDefinition } from '../../fields.ts';
import { further } from '../standard-fields.ts';

export const caseFields: readonly FieldDefinition[] = [
  further('AssetId', 'reference', 'Asset ID', { to: ['Asset'] }),
  further('ParentId', 'reference', 'Parent Case ID', { to: ['Case'] }),
  further('SuppliedName', 'string', 'Name', { length: 80 }),
  further('SuppliedEmail', 'email', 'Email Address', { length: 80, flags: { idLookup: false } }),
  further('SuppliedPhone', 'string', 'Phone', { length: 40 }),
  further('SuppliedCompany', 'string', 'Company', { length: 80 }),
  further('Reason', 'picklist', 'Case Reason', {
    length: 40,
    choices: 'Installation|Equipment Complexity|Performance|Breakdown|Equipment Design|Feedback|Other',
  }),
  further('Origin', 'picklist', 'Case Origin', { length: 40, choices: 'Phone|Email|Web' }),
  further('ContactPhone', 'phone', 'Contact Phone', { length: 40, readOnly: true }),
  further('ContactMobile', 'phone', 'Contact Mobile', { length: 40, readOnly: true }),
  further('ContactEmail', 'email', 'Contact Email', { length: 80, readOnly: true, flags: { idLookup: false } }),
  further('ContactFax', 'phone', 'Contact Fax', { length: 40, readOnly: true }),
  further('Comments', 'textarea', 'Internal Comments', {
    length: 4000,
    flags: { aggregatable: true, byteLength: 4000, permissionable: false, sortable: true },
  }),
  further('LastViewedDate', 'datetime', 'Last Viewed Date', { readOnly: true }),
  further('LastReferencedDate', 'datetime', 'Last Referenced Date', { readOnly: true }),
];
