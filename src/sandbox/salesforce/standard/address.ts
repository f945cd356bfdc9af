// The fields of one address. Every object has the same, with the name of the address before theirs: BillingCity, MailingCity, City.
// Names, types, lengths and flags are those of a describe recorded by CumulusCI (BSD-3-Clause).

import type { FieldDefinition } from '../../fields.ts';
import { further } from '../standard-fields.ts';

type AddressName = 'Billing' | 'Shipping' | 'Mailing' | 'Other' | '';

/** Where an address lies, and the address in one piece. */
export function place(name: AddressName): readonly FieldDefinition[] {
  const label = name === '' ? '' : `${name} `;
  return [
    further(`${name}Latitude`, 'double', `${label}Latitude`, { digits: [18, 15] }),
    further(`${name}Longitude`, 'double', `${label}Longitude`, { digits: [18, 15] }),
    further(`${name}GeocodeAccuracy`, 'picklist', `${label}Geocode Accuracy`, {
      length: 40,
      choices: 'Address|NearAddress|Block|Street|ExtendedZip|Zip|Neighborhood|City|County|State|Unknown',
      restricted: true,
    }),
    further(`${name}Address`, 'address', `${label}Address`, {
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
  ];
}
/** Its lines, and where it lies. */
export function wholeAddress(name: AddressName): readonly FieldDefinition[] {
  const label = name === '' ? '' : `${name} `;
  return [
    further(`${name}Street`, 'textarea', `${label}Street`, { length: 255 }),
    further(`${name}City`, 'string', `${label}City`, { length: 40 }),
    further(`${name}State`, 'string', `${label}State/Province`, { length: 80 }),
    further(`${name}PostalCode`, 'string', `${label}Zip/Postal Code`, { length: 20 }),
    further(`${name}Country`, 'string', `${label}Country`, { length: 80 }),
    ...place(name),
  ];
}
