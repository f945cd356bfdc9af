// A deployment of metadata: a zip handed over, then asked about until it is done. All or nothing, so a refusal leaves the org as
// it was. Used by set-up alone.

import type { Clock } from '../../lib/clock.ts';
import { UnavailableError } from '../../lib/errors.ts';
import type { Caller } from './call.ts';
import { asRow, type MetadataResult } from './connect.ts';
import { zipOf } from './zip.ts';

const firstPollMs = 1_000;
const longestPollMs = 10_000;
/** Reports and translations take seconds; an org that is busy with another deployment makes us wait for it. */
const patienceMs = 10 * 60_000;

/** What was refused; empty when all of it is there now. @throws UnavailableError where it does not end. */
export async function deployFiles(
  caller: Caller,
  clock: Clock,
  files: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly MetadataResult[]> {
  const started = asRow(
    await caller.metadata('metadata.deploy', 'write', (api) =>
      api._invoke('deploy', {
        ZipFile: zipOf(files).toString('base64'),
        DeployOptions: { rollbackOnError: true, singlePackage: true },
      }),
    ),
  );
  const id = String(started['id'] ?? '');
  let pause = firstPollMs;
  for (let waited = 0; waited <= patienceMs; waited += pause, pause = Math.min(longestPollMs, pause * 2)) {
    await clock.sleep(pause, signal);
    const told = asRow(
      await caller.metadata('metadata.deploy_status', 'read', (api) =>
        api._invoke('checkDeployStatus', { asyncProcessId: id, includeDetails: true }),
      ),
    );
    if (String(told['done']) === 'true') return refusedIn(told);
  }
  throw new UnavailableError('a deployment does not come to its end', {
    where: `salesforce deployment ${id}`,
    why: 'Another one may hold it up.',
    fix: 'See Setup > Deployment Status, then run setup again.',
  });
}

function refusedIn(told: Readonly<Record<string, unknown>>): MetadataResult[] {
  if (String(told['success']) === 'true') return [];
  const failures = asRow(told['details'])['componentFailures'];
  const listed = failures === undefined ? [] : Array.isArray(failures) ? failures : [failures];
  const results = listed.map(asRow).map((failure) => ({
    fullName: String(failure['fullName'] ?? ''),
    success: false,
    code: String(failure['problemType'] ?? 'Error'),
    says: String(failure['problem'] ?? ''),
  }));
  if (results.length > 0) return results;
  return [
    {
      fullName: '',
      success: false,
      code: String(told['status'] ?? 'Failed'),
      says: String(told['errorMessage'] ?? ''),
    },
  ];
}
