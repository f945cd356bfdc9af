// Amazon's own signer of requests, as the witness of ours: the same question, the same time, the same keys.

import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

type Bytes = string | ArrayBuffer | ArrayBufferView;
/** SHA-256 in the form that the signer asks for. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(key?: Bytes) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }
  update(data: Bytes): void {
    this.#hash.update(bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}
function bytesOf(data: Bytes): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

/** The Authorization header that Amazon's signer gives to a GET of this address with these headers. */
export async function amazonSigns(
  url: URL,
  headers: Readonly<Record<string, string>>,
  given: { readonly accessKey: string; readonly secretKey: string; readonly region: string; readonly at: Date },
): Promise<string> {
  const signer = new SignatureV4({
    service: 's3',
    region: given.region,
    credentials: { accessKeyId: given.accessKey, secretAccessKey: given.secretKey },
    sha256: Sha256 as never,
    // S3 signs the path as it is sent.
    uriEscapePath: false,
    applyChecksum: false,
  });
  const signed = await signer.sign(
    {
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers },
    } as never,
    { signingDate: given.at },
  );
  return String((signed as unknown as { readonly headers: Readonly<Record<string, string>> }).headers['authorization']);
}
