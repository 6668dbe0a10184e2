import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import * as v from 'valibot';
import { count, list, maybe, open, problemOf, text, type TypeOf } from '../base/shapes';
import type { HubAccess } from './access';
import type { FolderFile } from './folder-files';
import { badAnswer, Passing, persist, reasonOf, request, requestJson } from './request';

const LFS_JSON = 'application/vnd.git-lfs+json';
const actionShape = open({ href: text, header: maybe(v.record(text, v.union([text, v.number()]))) });
/** Git LFS batch API: what is to be sent where; nothing for what is there already. */
const batchShape = open({
  objects: list(
    open({
      oid: text,
      size: count,
      actions: maybe(open({ upload: maybe(actionShape), verify: maybe(actionShape) })),
      error: maybe(open({ message: text })),
    }),
  ),
});
type Action = TypeOf<typeof actionShape>;

/** As many are asked about at once. */
const BATCH = 100;

export interface LargeFilesOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes that went out, or need not; may fall back where a part is sent again. */
  readonly onBytes: (change: number) => void;
}

/**
 * Sends files to where the Hub keeps large ones, those that it does not have yet; a commit names them afterwards.
 * Source: Git LFS batch API, and the Hub's multipart transfer (a header of numbered addresses, each for a chunk).
 * @throws SftError hub-unreachable, hub-answer, hub-token, hub-refused; the signal's reason
 */
export async function sendLargeFiles(
  access: HubAccess,
  repo: string,
  files: readonly FolderFile[],
  options: LargeFilesOptions,
): Promise<void> {
  for (let from = 0; from < files.length; from += BATCH) {
    const some = files.slice(from, from + BATCH);
    const asked = {
      operation: 'upload',
      transfers: ['basic', 'multipart'],
      hash_algo: 'sha_256',
      ref: { name: 'main' },
      objects: some.map(({ sha256: oid, size }) => ({ oid, size })),
    };
    const answer = await requestJson(access, `/${repo}.git/info/lfs/objects/batch`, {
      what: repo,
      body: JSON.stringify(asked),
      headers: { accept: LFS_JSON, 'content-type': LFS_JSON },
      signal: options.signal,
    });
    const problem = problemOf(batchShape, answer, repo);
    if (problem !== undefined) throw badAnswer(access, problem);
    for (const { oid, actions, error } of v.parse(batchShape, answer).objects) {
      const file = some.find(({ sha256 }) => sha256 === oid);
      if (error !== undefined) throw badAnswer(access, `${file?.path ?? oid}: ${error.message}`);
      if (file === undefined) continue;
      if (actions?.upload === undefined) options.onBytes(file.size);
      else await sendOne(access, repo, file, actions.upload, options);
      if (actions?.verify !== undefined) await verify(access, repo, file, actions.verify, options.signal);
    }
  }
}

async function sendOne(
  access: HubAccess,
  repo: string,
  file: FolderFile,
  { href, header = {} }: Action,
  options: LargeFilesOptions,
): Promise<void> {
  const chunk = Number(header['chunk_size']);
  if (!(chunk > 0)) {
    await put(access, href, file, { from: 0, to: file.size }, options, header);
    return;
  }
  const parts: { partNumber: number; etag: string }[] = [];
  for (let from = 0, partNumber = 1; from < file.size; from += chunk, partNumber++) {
    const to = Math.min(file.size, from + chunk);
    // The Hub pads the numbers: "1", or "00001".
    const address = Object.entries(header).find(([key]) => /^\d+$/.test(key) && Number(key) === partNumber)?.[1];
    if (address === undefined) throw badAnswer(access, `${file.path}: no address for part ${partNumber}`);
    const response = await put(access, String(address), file, { from, to }, options, {});
    parts.push({ partNumber, etag: response.headers.get('etag') ?? '' });
  }
  await finish(access, repo, href, { oid: file.sha256, parts }, options.signal);
}

/** The token is not for where large files are kept: the address holds all that it wants to know. */
async function put(
  access: HubAccess,
  href: string,
  { file, path }: FolderFile,
  { from, to }: { readonly from: number; readonly to: number },
  { signal, onBytes }: LargeFilesOptions,
  header: NonNullable<Action['header']>,
): Promise<Response> {
  const headers: Record<string, string> = { 'content-length': String(to - from) };
  for (const [key, value] of Object.entries(header)) headers[key] = String(value);
  return persist(access, signal, async () => {
    let gone = 0;
    const stream = createReadStream(file, { start: from, end: to - 1 });
    stream.on('data', (piece) => {
      gone += piece.length;
      onBytes(piece.length);
    });
    try {
      const init = { method: 'PUT', headers, body: Readable.toWeb(stream), duplex: 'half', signal: signal ?? null };
      const response = await access.fetch(href, init as unknown as RequestInit);
      await response.body?.cancel();
      if (response.ok) return response;
      throw new Passing(`${path}: it answered ${response.status}`, undefined);
    } catch (error) {
      onBytes(-gone);
      signal?.throwIfAborted();
      throw error instanceof Passing ? error : new Passing(reasonOf(error), undefined, { cause: error });
    } finally {
      stream.destroy();
    }
  });
}

async function verify(
  access: HubAccess,
  repo: string,
  { sha256: oid, size }: FolderFile,
  { href, header = {} }: Action,
  signal: AbortSignal | undefined,
): Promise<void> {
  const headers = Object.fromEntries(Object.entries(header).map(([key, value]) => [key, String(value)]));
  await finish(access, repo, href, { oid, size }, signal, headers);
}

/** The end of a transfer is told to the Hub itself, and to nobody else with the token. */
async function finish(
  access: HubAccess,
  repo: string,
  href: string,
  said: unknown,
  signal: AbortSignal | undefined,
  header: Readonly<Record<string, string>> = {},
): Promise<void> {
  const headers = { accept: LFS_JSON, 'content-type': LFS_JSON, ...header };
  const body = JSON.stringify(said);
  await persist(access, signal, async () => {
    const { origin, pathname, search } = new URL(href);
    const own = new URL(access.endpoint);
    const teller = origin === own.origin ? access : { ...access, endpoint: origin, token: undefined };
    const below = origin === own.origin ? pathname.slice(own.pathname.replace(/\/$/, '').length) : pathname;
    const response = await request(teller, `${below}${search}`, { what: repo, body, headers, signal });
    await response.body?.cancel();
  });
}
