// `node test/conformance/run.ts [salesforce|hubspot] [--quick] [--json]`: holds the sandbox against what others made, recorded
// answers and other people's clients, and prints the figures. Each vendor's half is one module beside this file.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Half, isClean, type Proof, printProofs } from './report.ts';

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isQuick = process.argv.includes('--quick');
const halves = ['salesforce', 'hubspot'].filter((name) => wanted.length === 0 || wanted.includes(name));

const found: Record<string, readonly Proof[]> = {};
for (const name of halves) {
  const path = join(import.meta.dirname, name, 'half.ts');
  if (!existsSync(path)) {
    console.error(`there is no half for ${name}: ${path}`);
    if (wanted.includes(name)) process.exitCode = 2;
    continue;
  }
  const { half } = (await import(pathToFileURL(path).href)) as { half: Half };
  found[name] = await half.prove({ isQuick });
}
if (process.argv.includes('--json')) console.log(JSON.stringify(found, null, 2));
else for (const [name, proofs] of Object.entries(found)) console.log(`${printProofs(name, proofs)}\n`);
if (!Object.values(found).every(isClean)) process.exitCode = 1;
