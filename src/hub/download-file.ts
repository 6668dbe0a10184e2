import { createHash, type Hash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../base/errors';
import { explainWriteError } from '../base/files';
import { renamePath } from '../base/held-files';
import { identityText, isAlive, parseIdentity } from '../base/process-identity';
import type { HubAccess } from './access';
import { Passing, persist, reasonOf, request, SILENCE_MS } from './request';
import type { FileHash, RepoFile, RepoInfo } from './repo-info';

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** Bytes that are there now and were not before; less than 0 where they had to be thrown away. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Fetches a file of a repository to its place in the cache. It is written beside, goes on after a cut connection or a killed process, and
 * takes its name once its hash is right.
 * @param blob the path it gets
 * @throws SftError wrong-hash, being-downloaded, hub-unreachable, disk-full, not-writable and what request throws
 */
export async function downloadFile(
  access: HubAccess,
  repo: Pick<RepoInfo, 'repo' | 'commit'>,
  file: RepoFile,
  blob: string,
  options: DownloadOptions,
): Promise<void> {
  const part = await takePart(blob);
  try {
    for (let attempt = 1; ; attempt++) {
      const hash = await fetchPart(access, repo, file, part, options);
      if (hash === file.hash.value) break;
      await rm(part);
      options.onBytes(-file.size);
      if (attempt === 2) {
        throw new SftError('wrong-hash', `${file.name} of ${repo.repo} arrived twice with a wrong hash: ${hash}`, {
          remedy: `it should be ${file.hash.value}; something between this machine and ${access.endpoint} changes it`,
        });
      }
    }
    await renamePath(part, blob);
  } catch (error) {
    throw explainWriteError(error, blob);
  }
}

/** Appends what is missing, and hashes all of it. @returns the hash in hexadecimal digits */
async function fetchPart(
  access: HubAccess,
  { repo, commit }: Pick<RepoInfo, 'repo' | 'commit'>,
  { name, size, hash: { kind } }: RepoFile,
  part: string,
  { signal, onBytes }: DownloadOptions,
): Promise<string> {
  // Not to append: Windows lets nobody cut a file through a handle that only appends.
  const handle = await open(part, constants.O_RDWR | constants.O_CREAT);
  try {
    let at = (await handle.stat()).size;
    if (at > size) {
      await handle.truncate(0);
      at = 0;
    }
    let hash = begin(kind, size);
    if (at > 0) await addFile(hash, part, signal);
    onBytes(at);
    const path = `/${repo}/resolve/${commit}/${encodeURIComponent(name)}`;
    await persist(access, signal, async (progressed) => {
      if (at === size) return;
      const headers = at === 0 ? {} : { range: `bytes=${at}-` };
      const response = await request(access, path, { what: repo, headers, signal });
      const from = response.status === 206 ? startOf(response) : 0;
      if (from !== at) {
        // It sends the whole file whatever was asked for.
        await handle.truncate(0);
        onBytes(-at);
        [at, hash] = [0, begin(kind, size)];
        if (from !== 0) throw new Passing(`it sent a different part of ${name} than requested`, undefined);
      }
      for await (const chunk of chunksOf(response, signal)) {
        if (at + chunk.length > size) throw new Passing(`${name} is longer than its ${size} bytes`, undefined);
        await writeAll(handle, chunk, at);
        hash.update(chunk);
        at += chunk.length;
        onBytes(chunk.length);
        progressed();
      }
      if (at < size) throw new Passing(`the connection ended after ${at} of ${size} bytes of ${name}`, undefined);
    });
    await handle.sync();
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, at: number): Promise<void> {
  for (let from = 0; from < chunk.length;) {
    from += (await handle.write(chunk, from, chunk.length - from, at + from)).bytesWritten;
  }
}

/** Git hashes a header with the content. Source: Pro Git, Git Objects. */
function begin(kind: FileHash['kind'], size: number): Hash {
  return kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
}

async function addFile(hash: Hash, file: string, signal: AbortSignal): Promise<void> {
  for await (const chunk of createReadStream(file, { signal })) hash.update(chunk as Buffer);
}

/** `bytes 100-199/200` */
function startOf(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? NaN);
}

/** What comes, piece by piece; a server that falls silent is left. @throws Passing */
async function* chunksOf(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  if (response.body === null) return;
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(new Passing(`nothing arrived for ${SILENCE_MS / 1000} s`, undefined));
        }, SILENCE_MS);
      });
      const { done, value } = await Promise.race([reader.read(), silence])
        .catch((error: unknown) => {
          signal.throwIfAborted();
          throw error instanceof Passing ? error : new Passing(reasonOf(error), undefined, { cause: error });
        })
        .finally(() => {
          clearTimeout(timer);
        });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * The file to write to, `<blob>.<pid>-<start of the process>.incomplete`: what a process that no longer runs has left is taken over.
 * @throws SftError being-downloaded
 */
async function takePart(blob: string): Promise<string> {
  const [start, end] = [`${path.basename(blob)}.`, '.incomplete'];
  const folder = path.dirname(blob);
  const own = path.join(folder, `${start}${identityText()}${end}`);
  for (const name of await readdir(folder)) {
    const other = path.join(folder, name);
    if (!name.startsWith(start) || !name.endsWith(end) || other === own) continue;
    const identity = parseIdentity(name.slice(start.length, -end.length));
    if (identity === undefined) continue;
    if (isAlive(identity)) {
      throw new SftError('being-downloaded', `process ${identity.pid} is downloading the same file`, {
        file: blob,
        remedy: 'wait until it has finished',
      });
    }
    if ((await stat(own).catch(() => undefined)) === undefined) await renamePath(other, own).catch(() => undefined);
    else await rm(other, { force: true });
  }
  return own;
}
