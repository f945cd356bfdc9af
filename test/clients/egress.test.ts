// Which addresses may be called: a table of spellings, names that resolve to the wrong place, and a name that changes its
// mind between two looks.

import { BlockList } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createEgress, isCallable } from '../../src/clients/egress.ts';

const none = new BlockList();
const egress = (allowAddresses: readonly string[] = [], resolve?: never) =>
  createEgress({ allowAddresses, where: 'source tickets' }, resolve);

describe('an address', () => {
  it.each([
    'http://127.0.0.1/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://0.0.0.0/',
    'https://10.0.0.1/',
    'https://172.16.5.4/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://2852039166/',
    'https://0xa9fea9fe/',
    'https://169.254.170.2/',
    'https://100.100.100.200/',
    'https://100.64.0.1/',
    'https://192.0.0.192/',
    'https://198.18.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://[::]/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::a00:1]/',
    'https://[fd00:ec2::254]/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:db8::1]/',
    'https://[ff02::1]/',
    'http://93.184.216.34/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'https://user:pass@example.com/',
  ])('%s is not called', (url) => {
    expect(() => egress().admit(new URL(url))).toThrow();
  });

  it.each([
    'https://example.com/',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1::1]/',
    'https://[::ffff:8.8.8.8]/',
  ])('%s may be called', (url) => {
    expect(() => egress().admit(new URL(url))).not.toThrow();
  });

  it('of the own network may be called when it is named, and a metadata address never', () => {
    const open = egress(['10.1.0.0/16', '127.0.0.1/32', '169.254.0.0/16', 'fd00::/8']);

    expect(() => open.admit(new URL('https://10.1.2.3/'))).not.toThrow();
    expect(() => open.admit(new URL('http://127.0.0.1:8080/'))).not.toThrow();
    expect(() => open.admit(new URL('https://10.2.0.1/'))).toThrow();
    expect(() => open.admit(new URL('https://169.254.169.254/'))).toThrow();
    expect(() => open.admit(new URL('https://[fd00:ec2::254]/'))).toThrow();
    expect(() => egress(['10.0.0.0/40'])).toThrow('no range');
    expect(() => egress(['intranet'])).toThrow('no range');
  });
});

describe('a name', () => {
  const asking = (addresses: readonly string[]) => {
    let asked = 0;
    const resolve = ((_host: string, _options: unknown, answer: (error: null, found: unknown) => void) => {
      const now = addresses[Math.min(asked++, addresses.length - 1)] ?? '';
      answer(
        null,
        now.split(' ').map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    }) as never;
    const rules = egress([], resolve);
    const look = () =>
      new Promise((done, failed) => {
        rules.lookup('host.test', { all: true }, (error, found) => (error ? failed(error) : done(found)));
      });
    return { look, asked: () => asked };
  };

  it('is resolved once, and the socket is given the very address that was looked at', async () => {
    const rebinding = asking(['93.184.216.34', '127.0.0.1']);

    expect(await rebinding.look()).toEqual([{ address: '93.184.216.34', family: 4 }]);
    expect(rebinding.asked()).toBe(1);
    // The next connection looks again, and is refused.
    await expect(rebinding.look()).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('is refused when only one of its addresses is not public', async () => {
    await expect(asking(['93.184.216.34 10.0.0.1']).look()).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(asking(['::ffff:169.254.169.254']).look()).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('in whatever spelling means the same', () => {
    expect(isCallable('fe80::1%eth0', none)).toBe(false);
    expect(isCallable('::ffff:8.8.8.8', none)).toBe(true);
    expect(isCallable('64:ff9b::808:808', none)).toBe(true);
    expect(isCallable('nonsense', none)).toBe(false);
  });
});
