import type { IncomingMessage } from 'node:http';
import { isDeeper } from '../base/nesting';
import { ApiError } from './api-error';

export type JsonFields = Readonly<Record<string, unknown>>;

/** A request's JSON object, and the text it was read from. */
interface Body {
  readonly fields: JsonFields;
  readonly source: string;
}

/** Of a body that is too large, so much is read and thrown away: a client that still sends does not hear a refusal. */
const DISCARDED = 16;
/** More than any request has: what works through the functions of `tools` goes as deep as they. */
const DEEPEST = 100;

/**
 * The JSON object that a request carries.
 * @throws ApiError 413 above `limit` bytes, 400 where it is no JSON object
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Body> {
  const bytes = await readBytes(request, limit);
  let source: string;
  let value: unknown;
  try {
    source = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ApiError(400, `the body is not JSON: ${reason}`, { code: 'invalid_json' });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError(400, 'the body is not a JSON object', { code: 'invalid_json' });
  }
  if (isDeeper(value, DEEPEST)) {
    throw new ApiError(400, `the body is nested more than ${DEEPEST} deep`, { code: 'invalid_json' });
  }
  return { fields: value as JsonFields, source };
}

function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let pieces: Buffer[] = [];
    let bytes = 0;
    const refuse = (): void => {
      const message = `the request is larger than ${limit} bytes`;
      reject(new ApiError(413, message, { code: 'request_too_large', headers: { connection: 'close' } }));
    };
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= limit) pieces.push(piece);
      else pieces = [];
      if (bytes > DISCARDED * limit) refuse();
    });
    request.on('end', () => {
      if (bytes > limit) refuse();
      else resolve(Buffer.concat(pieces));
    });
    // `error` comes with a connection that breaks; the answer has nobody to go to.
    request.on('error', reject);
    if (Number(request.headers['content-length'] ?? 0) > DISCARDED * limit) refuse();
  });
}
