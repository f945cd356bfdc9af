// The files of a home folder, in the order of the data: which there are, which must be there, and the schema of each.
// Mappings are one per CRM; which CRMs there are is not known here.

import type { z } from 'zod';
import { ContactsFile } from './schema/contacts.ts';
import { ExamplesFile } from './schema/examples.ts';
import { FlagsFile } from './schema/flags.ts';
import { GatesFile } from './schema/gates.ts';
import { IdentityFile } from './schema/identity.ts';
import { KenkoFile } from './schema/kenko.ts';
import { KpisFile } from './schema/kpis.ts';
import { MappingFile } from './schema/mapping.ts';
import { MetricsFile } from './schema/metrics.ts';
import { PlaysFile } from './schema/plays.ts';
import { ScorecardFile } from './schema/scorecard.ts';
import { SegmentsFile } from './schema/segments.ts';
import { SourcesFile } from './schema/sources.ts';

/** One file of a home. */
export interface HomeFile<S extends z.ZodType = z.ZodType> {
  /** Relative to the home, with slashes. */
  readonly path: string;
  /** Optional files count as empty where they are absent. */
  readonly required: boolean;
  readonly schema: S;
  /** What it says, for the JSON Schema and for messages. */
  readonly says: string;
}

export const homeFiles = {
  kenko: { path: 'config/kenko.yaml', required: true, schema: KenkoFile, says: 'When and where it runs.' },
  sources: { path: 'config/sources.yaml', required: true, schema: SourcesFile, says: 'Where rows come from.' },
  identity: {
    path: 'mappings/identity.yaml',
    required: true,
    schema: IdentityFile,
    says: 'How records of many systems become accounts.',
  },
  metrics: {
    path: 'config/metrics.yaml',
    required: true,
    schema: MetricsFile,
    says: 'Which numbers are made of the rows.',
  },
  scorecard: {
    path: 'config/scorecard.yaml',
    required: true,
    schema: ScorecardFile,
    says: 'How metrics become a score and a band.',
  },
  segments: {
    path: 'config/segments.yaml',
    required: false,
    schema: SegmentsFile,
    says: 'Touch models and named groups.',
  },
  flags: { path: 'config/flags.yaml', required: false, schema: FlagsFile, says: 'Upsell and its kin.' },
  plays: { path: 'config/plays.yaml', required: false, schema: PlaysFile, says: 'What a person should do next.' },
  gates: { path: 'config/gates.yaml', required: false, schema: GatesFile, says: 'When a person must look first.' },
  kpis: {
    path: 'config/kpis.yaml',
    required: false,
    schema: KpisFile,
    says: 'What the company wants to reach, and by when.',
  },
  contacts: {
    path: 'config/contacts.yaml',
    required: false,
    schema: ContactsFile,
    says: 'What is said of single people on contact records.',
  },
  examples: {
    path: 'config/examples.yaml',
    required: false,
    schema: ExamplesFile,
    says: 'Your own tests of the model.',
  },
} as const satisfies Record<string, HomeFile>;
export type HomeFileName = keyof typeof homeFiles;

/** The mapping of one CRM. */
export function mappingFile(crm: string): HomeFile<typeof MappingFile> {
  return {
    path: `mappings/${crm}.yaml`,
    required: false,
    schema: MappingFile,
    says: 'Our words, their fields, and who may write them.',
  };
}
