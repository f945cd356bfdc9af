// Every row of both tables of vendor errors, in the form in which the vendor sends it, through the classifier: does the row
// decide, or does something stand in its way? A server in trouble (5xx) must leave every one of them in doubt.

import { codes as hubspotCodes, neverSent, statuses } from '../../src/clients/hubspot/codes.ts';
import { classify, classifyItem } from '../../src/clients/hubspot/errors.ts';
import { codes as salesforceCodes } from '../../src/clients/salesforce/codes.ts';
import { answerFault, recordFault, wireFault } from '../../src/clients/salesforce/errors.ts';
import { WireError } from '../../src/clients/salesforce/wire.ts';

export interface Row {
  readonly name: string;
  readonly isSeen: boolean;
}

/** Rows of HubSpot's table: by code in a whole answer and in an item, by status, by network code. */
export function hubspotRows(): readonly Row[] {
  const thrown = (status: number, body: unknown) =>
    Object.assign(new Error('HTTP'), { code: status, body, headers: {} });
  const byCode = Object.entries(hubspotCodes).map(([code, { outcome }]) => {
    // Ours and those that a status or a policy names come in another way.
    const found =
      code === 'LOCKED'
        ? classify(thrown(423, {}))
        : code === 'MIGRATING'
          ? classify(thrown(477, {}))
          : ['RATE_LIMITS', 'TEN_SECONDLY_ROLLING', 'SECONDLY', 'DAILY'].includes(code)
            ? classify(thrown(429, code === 'RATE_LIMITS' ? {} : { policyName: code }))
            : classify(thrown(400, { category: code, message: 'said' }));
    const doubt = classify(thrown(502, { category: code, message: 'said' }));
    const item = classifyItem({ category: code, subCategory: null, message: 'said', context: {} });
    return {
      name: `hubspot ${code}`,
      isSeen:
        found.code === code && found.outcome === outcome && doubt.outcome === 'unknown' && item.outcome === outcome,
    };
  });
  const byStatus = Object.entries(statuses).map(([status, outcome]) => ({
    name: `hubspot ${status}`,
    isSeen: classify(thrown(Number(status), '')).outcome === outcome,
  }));
  const byNetwork = [...neverSent].map((code) => ({
    name: `hubspot ${code}`,
    isSeen: classify(Object.assign(new TypeError('fetch failed'), { cause: { code } })).outcome === 'ready',
  }));
  const unlisted = [
    {
      name: 'hubspot an unlisted item',
      isSeen: classifyItem({ category: 'NEW', subCategory: null, message: '', context: {} }).outcome === 'unknown',
    },
    { name: 'hubspot an unlisted status', isSeen: classify(thrown(418, '')).outcome === 'unknown' },
    {
      name: 'hubspot a broken connection',
      isSeen: classify(Object.assign(new Error('x'), { code: 'ECONNRESET' })).outcome === 'unknown',
    },
  ];
  return [...byCode, ...byStatus, ...byNetwork, ...unlisted];
}

/** Rows of Salesforce's table: of a whole answer, of one record; without a code, without an answer. */
export function salesforceRows(): readonly Row[] {
  const answer = (status: number) => ({ status, headers: {}, text: '' }) as Parameters<typeof answerFault>[0];
  const ofRecord: Readonly<Record<string, string>> = { INSUFFICIENT_ACCESS: 'rejected', NOT_FOUND: 'rejected' };
  const byCode = Object.entries(salesforceCodes).map(([code, { fate }]) => {
    const said = [{ errorCode: code, message: 'said' }];
    const whole = answerFault(answer(400), said);
    const doubt = answerFault(answer(503), said);
    const record = recordFault([{ statusCode: code, message: 'said', fields: [] }]);
    // A lock that was refused is certain whatever the status; a used-up limit is told by its code alone.
    const doubted = code === 'UNABLE_TO_LOCK_ROW' ? 'ready' : code === 'REQUEST_LIMIT_EXCEEDED' ? 'limit' : 'unknown';
    return {
      name: `salesforce ${code}`,
      isSeen: whole.fate === fate && record.fate === (ofRecord[code] ?? fate) && doubt.fate === doubted,
    };
  });
  const bare: Readonly<Record<number, string>> = {
    404: 'drift',
    405: 'rejected',
    410: 'drift',
    412: 'ready',
    414: 'rejected',
    415: 'rejected',
    431: 'rejected',
    408: 'unknown',
    502: 'unknown',
    401: 'auth',
    429: 'limit',
  };
  const byStatus = Object.entries(bare).map(([status, fate]) => ({
    name: `salesforce ${status}`,
    isSeen: answerFault(answer(Number(status)), '').fate === fate,
  }));
  const byWire = [
    {
      name: 'salesforce nothing was sent',
      isSeen: wireFault(new WireError('no', 'ECONNREFUSED', null)).fate === 'ready',
    },
    {
      name: 'salesforce it may have been sent',
      isSeen: wireFault(new WireError('maybe', 'ECONNRESET', null)).fate === 'unknown',
    },
    { name: 'salesforce a stranger', isSeen: wireFault(new WireError('no', 'CERT_HAS_EXPIRED', null)).fate === 'auth' },
    {
      name: 'salesforce an unlisted code',
      isSeen: recordFault([{ statusCode: 'BRAND_NEW', message: '' }]).fate === 'unknown',
    },
  ];
  return [...byCode, ...byStatus, ...byWire];
}
