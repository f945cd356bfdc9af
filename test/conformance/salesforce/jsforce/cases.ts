// What jsforce promises its users of a real org, asked of the pretend one: its documents and its own test suite (MIT) say what
// to expect, the code here is ours. Each case gets a signed-in connection to an org of its own kind.

import { Connection } from 'jsforce';
import { pretendClient } from '../../../../src/sandbox/salesforce/oauth.ts';
import type { OrgHalf } from '../../../../src/sandbox/salesforce/org.ts';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/server.ts';
import type { Proof } from '../../report.ts';

export interface Stage {
  readonly sandbox: Sandbox;
  readonly half: OrgHalf;
  readonly jsforce: Connection;
  /** Another connection to the same org, with a token that does not work and, if wanted, a way to a good one. */
  readonly expired: (refresh?: () => void) => Connection;
}
export interface Case {
  readonly name: string;
  readonly run: (stage: Stage) => Promise<void>;
}

const version = '66.0';

/** Custom objects like those of jsforce's own test org: an external id that is not unique, and one that is. */
async function furnish(jsforce: Connection, half: OrgHalf): Promise<void> {
  const object = {
    fullName: 'UpsertTable__c',
    label: 'Upsert Table',
    pluralLabel: 'Upsert Tables',
    nameField: { type: 'Text', label: 'Name' },
    deploymentStatus: 'Deployed',
    sharingModel: 'ReadWrite',
  };
  await jsforce.metadata.create('CustomObject', object as never);
  const field = { type: 'Text', length: 40, externalId: true };
  await jsforce.metadata.create('CustomField', [
    { ...field, fullName: 'UpsertTable__c.ExtId__c', label: 'ExtId' },
    { ...field, fullName: 'UpsertTable__c.Unique__c', label: 'Unique', unique: true },
  ] as never);
  half.setKnob('fieldAccess', { 'UpsertTable__c.ExtId__c': 'edit', 'UpsertTable__c.Unique__c': 'edit' });
}

export async function prove(name: string, cases: readonly Case[]): Promise<Proof> {
  const sandbox = await startSandbox({ accounts: 3, setUp: true });
  const loginUrl = sandbox.salesforce.url;
  const half = sandbox.salesforce.half as OrgHalf;
  const jsforce = new Connection({
    loginUrl,
    version,
    oauth2: { loginUrl, clientId: pretendClient.id, clientSecret: pretendClient.secret },
  });
  await jsforce.authorize({ grant_type: 'client_credentials' });
  jsforce.bulk2.pollInterval = 5;
  jsforce.bulk2.pollTimeout = 60_000;
  jsforce.metadata.pollInterval = 5;
  await furnish(jsforce, half);
  const expired = (refresh?: () => void) => {
    const connection = new Connection({
      instanceUrl: jsforce.instanceUrl,
      accessToken: `${half.org.id.slice(0, 15)}!pretend-expired`,
      version,
      ...(refresh === undefined
        ? {}
        : {
            refreshFn: (_of, callback) => {
              refresh();
              callback(null, jsforce.accessToken ?? '');
            },
          }),
    });
    connection.bulk2.pollInterval = 5;
    return connection;
  };
  const differences: string[] = [];
  for (const one of cases)
    await one.run({ sandbox, half, jsforce, expired }).catch((problem: unknown) => {
      differences.push(`${one.name}: ${problem instanceof Error ? problem.message : String(problem)}`);
    });
  await sandbox.close();
  return { name, compared: cases.length, agreed: cases.length - differences.length, differences };
}

/** The error that a promise ends in; fails when it does not. */
export async function refusalOf(
  promise: PromiseLike<unknown>,
): Promise<Error & { errorCode?: string; data?: unknown }> {
  const outcome = await promise.then(
    () => null,
    (problem: unknown) => problem,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error('it was not refused');
}
