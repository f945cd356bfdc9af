// Standard fields of OpportunityContactRole besides those that objects.ts names.
// Names, types, lengths and flags are those of a describe recorded by CumulusCI (BSD-3-Clause).

import type { FieldDefinition } from '../../fields.ts';
import { further } from '../standard-fields.ts';

export const opportunityContactRoleFields: readonly FieldDefinition[] = [
  further('OpportunityId', 'reference', 'Opportunity ID', { to: ['Opportunity'], createOnly: true, required: true }),
  further('ContactId', 'reference', 'Contact ID', { to: ['Contact'], required: true }),
  further('Role', 'picklist', 'Role', {
    length: 40,
    choices:
      'Business User|Decision Maker|Economic Buyer|Economic Decision Maker|Evaluator|Executive Sponsor|Influencer|Technical Buyer|Other',
    flags: { permissionable: false },
  }),
  further('IsPrimary', 'boolean', 'Primary', { flags: { permissionable: false } }),
];
