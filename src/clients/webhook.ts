// Telling an address something, as JSON: a message for operators, a heartbeat. One try, one deadline, no redirects, and only
// addresses that may be called: https to public ones, plain http on loopback, others where the home allows them by number.

import { Agent, request } from 'undici';
import { KenkoError, UnavailableError, UsageError } from '../lib/errors.ts';
import { createEgress } from './egress.ts';

const timeoutMs = 10_000;
/** This machine: for a relay that runs beside us. */
const loopback = ['127.0.0.0/8', '::1/128'];

export interface WebhookRules {
  /** Address ranges inside the company that may be called besides public ones. */
  readonly allowAddresses: readonly string[];
  /** `notify_url of config/kenko.yaml`. The address itself is a secret with many services and is never told. */
  readonly where: string;
}

/**
 * Sends a document by POST; any 2xx is a yes.
 * @throws UsageError when the address may not be called, UnavailableError when it did not take it.
 */
export async function tellWebhook(address: string, document: unknown, rules: WebhookRules): Promise<void> {
  const url = urlOf(address, rules);
  const egress = createEgress({ ...rules, allowAddresses: [...loopback, ...rules.allowAddresses] });
  try {
    egress.admit(url);
  } catch (error) {
    throw refusal(error, rules);
  }
  const agent = new Agent({ connect: { lookup: egress.lookup, timeout: timeoutMs }, maxHeaderSize: 65_536 });
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'kenko' },
      body: JSON.stringify(document),
      dispatcher: agent,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.body.dump({ limit: 65_536 });
    if (answer.statusCode < 200 || answer.statusCode >= 300) throw notTaken(rules, `It answered ${answer.statusCode}.`);
  } catch (error) {
    if (error instanceof UsageError) throw refusal(error, rules);
    if (error instanceof KenkoError) throw error;
    throw notTaken(
      rules,
      error instanceof Error && 'code' in error ? String(error.code) : 'It did not answer in time.',
    );
  } finally {
    await agent.destroy();
  }
}

function urlOf(address: string, rules: WebhookRules): URL {
  if (!URL.canParse(address))
    throw new UsageError('this is no address', {
      where: rules.where,
      fix: 'Write the whole of it, beginning with https://',
    });
  const url = new URL(address);
  // The name means this machine everywhere; by number it needs no question to a name server.
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1';
  return url;
}
function refusal(error: unknown, rules: WebhookRules): unknown {
  if (!(error instanceof UsageError)) return error;
  return new UsageError('this address is not called', {
    where: rules.where,
    why: `${error.why} Only https to public addresses is spoken, and plain http on this machine.`,
    fix: 'Use a public https address, or allow your own server by number in config/kenko.yaml:\n  notify_allow_addresses: [10.1.2.3/32]',
  });
}
function notTaken(rules: WebhookRules, why: string): UnavailableError {
  return new UnavailableError('the message was not taken', {
    where: rules.where,
    why,
    fix: 'Nothing to do at once: it is tried again later. Look whether the address still works.',
  });
}
