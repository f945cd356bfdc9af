// Which addresses may be called at all. A source's address comes from a file and its answers from a stranger: neither may
// lead this machine to itself, to its neighbours or to a cloud's metadata. A name is resolved once, and the connection goes
// to exactly the address that was looked at.

import { lookup as resolveName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { UsageError } from '../lib/errors.ts';

/** Ranges that are nobody's public server (IANA special-purpose registries for IPv4 and IPv6). */
const notPublic4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** All of IPv6 is refused but 2000::/3, and of that what only tunnels or documents. */
const public6 = blockList(['2000::/3']);
const notPublic6 = blockList(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);
const blocked4 = blockList(notPublic4);
/** Where clouds hand out credentials to whoever asks from inside; no setting opens these. */
const metadata = ['169.254.169.254', '169.254.170.2', '100.100.100.200', 'fd00:ec2::254'];

export interface EgressRules {
  /** Address ranges inside the company that may be called besides public ones: `10.1.0.0/16`. */
  readonly allowAddresses: readonly string[];
  /** `source tickets`. */
  readonly where: string;
}
export interface Egress {
  /** Looks at an address before anything is sent. @throws UsageError when it may not be called. */
  admit(url: URL): void;
  /** For a socket: resolves a name and refuses it when any of its addresses may not be called. */
  readonly lookup: LookupFunction;
}

/** @throws UsageError for a range that is none. */
export function createEgress(rules: EgressRules, resolve: typeof resolveName = resolveName): Egress {
  const allowed = blockList(rules.allowAddresses, rules.where);
  const mayCall = (address: string) => isCallable(address, allowed);
  const refused = (what: string, why: string) =>
    new UsageError(what, {
      where: rules.where,
      why,
      fix: 'If it is a server of your own, allow its address by name in sources.yaml:   allow_addresses: [10.1.2.3/32]',
    });
  return {
    admit(url) {
      const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
      if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isIP(host) !== 0 && contains(allowed, host)))
        throw refused(
          `${url.protocol}//${url.host} is not called`,
          'Only https is spoken, and plain http only with an address that is allowed by number.',
        );
      if (url.username !== '' || url.password !== '')
        throw refused('a sign-in stands in an address', 'Addresses end up in logs; a sign-in belongs under auth.');
      if (isIP(host) !== 0 && !mayCall(host))
        throw refused(
          `the address ${host} is not called`,
          'It is not a public one: this machine, its network, or a cloud.',
        );
    },
    lookup(hostname, options, answer) {
      resolve(hostname, { ...options, all: true }, (error, found) => {
        const addresses = Array.isArray(found) ? found : [];
        if (error !== null && error !== undefined) return answer(error, []);
        const bad = addresses.find((one) => !mayCall(one.address));
        if (bad !== undefined)
          return answer(
            refused(`${hostname} is not called`, `Its address is ${bad.address}, which is not a public one.`),
            [],
          );
        if (options.all === true) return answer(null, addresses);
        const [first] = addresses;
        return first === undefined
          ? answer(Object.assign(new Error(`no address for ${hostname}`), { code: 'ENOTFOUND' }), [])
          : answer(null, first.address, first.family);
      });
    },
  };
}

/** Whether an address, in any of its spellings, may be called. */
export function isCallable(address: string, allowed: BlockList): boolean {
  const plain = embedded4(address) ?? address;
  if (
    metadata.includes(plain) ||
    blockList(metadata.map((one) => `${one}/${isIP(one) === 4 ? 32 : 128}`)).check(plain, familyOf(plain))
  )
    return false;
  if (contains(allowed, plain)) return true;
  if (isIP(plain) === 4) return !blocked4.check(plain, 'ipv4');
  return isIP(plain) === 6 && public6.check(plain, 'ipv6') && !notPublic6.check(plain, 'ipv6');
}
function contains(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, familyOf(address));
}
function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
/** The IPv4 address inside an IPv6 one: mapped (::ffff:), compatible (::) and NAT64 (64:ff9b::). */
function embedded4(address: string): string | null {
  if (isIP(address) !== 6) return null;
  const groups = groupsOf(address);
  const inside = () =>
    [groups[6], groups[7]].flatMap((group) => [(group as number) >> 8, (group as number) & 255]).join('.');
  const leading = groups.slice(0, 5).every((group) => group === 0);
  if (leading && groups[5] === 0xffff) return inside();
  if (leading && groups[5] === 0 && ((groups[6] ?? 0) !== 0 || (groups[7] ?? 0) > 1)) return inside();
  return groups[0] === 0x64 && groups[1] === 0xff9b && groups.slice(2, 6).every((group) => group === 0)
    ? inside()
    : null;
}
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address.replace(/%.*$/, ''));
  const plain =
    dotted === null
      ? address.replace(/%.*$/, '')
      : `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}`;
  const [head = '', tail] = plain.split('::');
  const parts = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [front, back] = [parts(head), tail === undefined ? [] : parts(tail)];
  return [...front, ...Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back];
}
function hex(high = '0', low = '0'): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}

function blockList(ranges: readonly string[], where = ''): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const prefix = bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits);
    if (isIP(address) === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (family === 'ipv6' ? 128 : 32))
      throw new UsageError(`"${range}" is no range of addresses`, { where, fix: 'Write for example 10.1.0.0/16.' });
    list.addSubnet(address, prefix, family);
  }
  return list;
}
