// All cases of jsforce's published behaviour, one proof for each of its parts.

import type { Proof } from '../../report.ts';
import { bulkCases } from './bulk.ts';
import { prove } from './cases.ts';
import { crudCases } from './crud.ts';
import { metadataCases } from './metadata.ts';
import { queryCases } from './query.ts';

export async function provePublished(): Promise<Proof[]> {
  return [
    await prove('jsforce: rows', crudCases),
    await prove('jsforce: queries', queryCases),
    await prove('jsforce: Bulk 2.0', bulkCases),
    await prove('jsforce: metadata', metadataCases),
  ];
}
