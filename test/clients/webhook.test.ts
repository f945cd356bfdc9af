// Where a webhook may lead: https to public addresses, plain http to this machine alone, and what the home allows by number.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tellWebhook } from '../../src/clients/webhook.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

const rules = { allowAddresses: [], where: 'notify_url of config/kenko.yaml' };
let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => await receiver.close());

describe('a webhook', () => {
  it('is told on this machine by plain http, by number and by name', async () => {
    await tellWebhook(receiver.url, { text: 'one' }, rules);
    await tellWebhook(receiver.url.replace('127.0.0.1', 'localhost'), { text: 'two' }, rules);

    expect(receiver.bodies).toEqual(['{"text":"one"}', '{"text":"two"}']);
  });

  it.each([
    'http://example.com/hook',
    'http://10.1.2.3/hook',
    'https://10.1.2.3/hook',
    'https://192.168.0.1/hook',
    'https://169.254.169.254/latest/meta-data',
    'http://169.254.169.254/',
    'https://[fd00:ec2::254]/',
    'https://[::ffff:10.0.0.1]/',
    'https://0.0.0.0/',
    'https://2130706433.1/',
    'https://user:word@example.com/hook',
    'ftp://example.com/hook',
    'file:///etc/hostname',
    'hook',
    '',
  ])('is never told at %s', async (address) => {
    await expect(tellWebhook(address, {}, rules)).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('may be told inside the network where the home allows it by number, and the error says how', async () => {
    const refused = tellWebhook('https://10.1.2.3/hook', {}, rules);

    await expect(refused).rejects.toMatchObject({ fix: expect.stringContaining('notify_allow_addresses') });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('10.1.2.3') });
  });

  it('that answers anything but yes has not taken it', async () => {
    receiver.status = 404;

    await expect(tellWebhook(receiver.url, {}, rules)).rejects.toMatchObject({
      code: 'E_UNAVAILABLE',
      why: 'It answered 404.',
    });
  });
});
