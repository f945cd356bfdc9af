// What the tests use of s3rver, which brings no types.

declare module 's3rver' {
  export interface Context {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string | undefined>>;
    status: number;
    body: string;
  }
  export default class S3rver {
    constructor(options: Readonly<Record<string, unknown>>);
    readonly middleware: ((context: Context, next: () => Promise<void>) => Promise<void>)[];
    run(): Promise<{ readonly port: number }>;
    close(): Promise<void>;
  }
}
