// What brings about the answers that restforce's own tests keep (the API of v20 to v26; some were invented). Left out are
// those about resources that a score connector never calls: search, list views, recent items of another object.

import { pretendClient } from '../../../../src/sandbox/salesforce/oauth.ts';
import { base, type Case } from './bodies.ts';
import { jsonOf } from './fixtures.ts';

const dir = 'restforce-fixtures';
const signIn = {
  grant_type: 'refresh_token',
  client_id: pretendClient.id,
  client_secret: pretendClient.secret,
  refresh_token: pretendClient.refreshToken,
};
/** Only the keys of the recording count: newer releases say more. */
const older = { cut: true } as const;

export async function restforce(): Promise<readonly Case[]> {
  return [
    { file: `${dir}/refresh_success_response.json`, status: 200, ask: (caller) => caller.token(signIn), ...older },
    { file: `${dir}/reauth_success_response.json`, status: 200, ask: (caller) => caller.token(signIn), ...older },
    {
      file: `${dir}/org_query_response.json`,
      status: 200,
      ask: (caller) => caller.query('SELECT Id FROM Organization'),
    },
    {
      file: `${dir}/refresh_error_response.json`,
      status: 400,
      ask: (caller) => caller.token({ ...signIn, refresh_token: 'gone' }),
    },
    {
      file: `${dir}/expired_session_response.json`,
      status: 401,
      ask: (caller) => {
        caller.sandbox.salesforce.half.expireTokens();
        return caller.query('SELECT Id FROM Account');
      },
    },
    {
      file: `${dir}/services_data_success_response.json`,
      status: 200,
      ask: async (caller) => {
        const told = await caller.send('GET', '/services/data');
        return { ...told, text: JSON.stringify((JSON.parse(told.text) as unknown[]).slice(0, 2)) };
      },
    },
    {
      file: `${dir}/query_empty_response.json`,
      status: 200,
      ask: (caller) => caller.query("SELECT Id FROM Account WHERE Name = 'nobody'"),
    },
    {
      file: `${dir}/query_aggregate_success_response.json`,
      status: 200,
      ask: async (caller) => {
        const ids = [await caller.make('Campaign', { Name: 'a' }), await caller.make('Campaign', { Name: 'b' }), null];
        for (const CampaignId of ids) {
          const deal = { StageName: 'Prospecting', CloseDate: '2026-01-01', Name: 'Sum', Amount: 100, CampaignId };
          await caller.make('Opportunity', deal);
        }
        return caller.query("SELECT CampaignId, SUM(Amount) FROM Opportunity WHERE Name = 'Sum' GROUP BY CampaignId");
      },
    },
    {
      file: `${dir}/create_success_response.json`,
      status: 201,
      ask: (caller) => caller.send('POST', `${base}/sobjects/Account`, { Name: 'New' }),
    },
    {
      file: `${dir}/sobject_find_error_response.json`,
      status: 404,
      ask: (caller) => caller.send('GET', `${base}/sobjects/Account/23foo`),
      compare: (recorded, ours) => sameWords(recorded, ours, '23foo'),
    },
    {
      file: `${dir}/delete_error_response.json`,
      status: 404,
      ask: (caller) => caller.send('DELETE', `${base}/sobjects/Account/rid`),
    },
    {
      file: `${dir}/sobject_describe_error_response.json`,
      status: 404,
      ask: (caller) => caller.send('GET', `${base}/sobjects/Foo/describe`),
    },
    {
      file: `${dir}/upsert_error_response.json`,
      status: 404,
      ask: (caller) => caller.send('PATCH', `${base}/sobjects/Account/Namez/x`, { Phone: '1' }),
    },
    {
      file: `${dir}/upsert_created_success_response.json`,
      status: 201,
      ask: (caller) => caller.send('PATCH', `${base}/sobjects/Contact/Email/new@kenko.example`, { LastName: 'New' }),
      // Since v46 an upsert also says whether it made the record.
      ...older,
    },
    {
      file: `${dir}/upsert_multiple_error_response.json`,
      status: 300,
      ask: async (caller) => {
        for (const LastName of ['a', 'b']) await caller.make('Contact', { LastName, Email: 'twice@kenko.example' });
        return caller.send('PATCH', `${base}/sobjects/Contact/Email/twice@kenko.example`, { LastName: 'c' });
      },
    },
    {
      file: `${dir}/get_updated_success_response.json`,
      status: 200,
      ask: async (caller) => {
        const ids = (jsonOf(`${dir}/get_updated_success_response.json`) as { ids: string[] }).ids;
        for (const LastName of ids) await caller.make('Contact', { LastName });
        return caller.send('GET', `${base}/sobjects/Contact/updated?${span(caller.sandbox.clock.now())}`);
      },
    },
    {
      file: `${dir}/get_deleted_success_response.json`,
      status: 200,
      ask: async (caller) => {
        const id = await caller.make('Contact', { LastName: 'Gone' });
        await caller.send('DELETE', `${base}/sobjects/Contact/${id}`);
        return caller.send('GET', `${base}/sobjects/Contact/deleted?${span(caller.sandbox.clock.now())}`);
      },
    },
  ];
}

/** The last minute and the next. */
function span(now: string): string {
  const at = (ms: number) => encodeURIComponent(new Date(Date.parse(now) + ms).toISOString());
  return `start=${at(-60_000)}&end=${at(60_000)}`;
}
function sameWords(recorded: unknown, ours: unknown, word: string): string[] {
  const [theirs, own] = [JSON.stringify(recorded), JSON.stringify(ours)];
  return theirs === own ? [] : [`${own} instead of ${theirs} (about ${word})`];
}
