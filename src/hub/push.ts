import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { flag, list, maybe, oneOf, open, problemOf, text } from '../base/shapes';
import { SftError } from '../base/errors';
import type { HubAccess } from './access';
import { folderFiles, type FolderFile } from './folder-files';
import { sendLargeFiles } from './large-files';
import { badAnswer, request, requestJson, persist, tokenMissing } from './request';

const whoShape = open({ name: text });
const modesShape = open({
  files: list(open({ path: text, uploadMode: oneOf('lfs', 'regular'), shouldIgnore: maybe(flag) })),
});
const commitShape = open({ commitOid: text, commitUrl: maybe(text) });

/** As many files are asked about at once. */
const ASKED_AT_ONCE = 256;

export interface PushOptions {
  /** Of a repository that is made for it; one that is there stays as it is. */
  readonly private: boolean;
  /** The title of the commit. */
  readonly message: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (bytes: number, total: number) => void;
}

export interface Pushed {
  /** `owner/name` */
  readonly repo: string;
  /** The repository's page. */
  readonly url: string;
  readonly commit: string;
  readonly files: readonly FolderFile[];
}

/**
 * Puts a folder's files into a repository of the Hub as one commit, and makes the repository where there is none. What a push that was cut
 * has sent of large files is not sent again; until the commit nothing of it is seen.
 * @param name `owner/name`, or a name of one's own
 * @throws SftError hub-token, hub-unreachable, hub-answer, hub-refused; the signal's reason
 */
export async function push(
  access: HubAccess,
  name: string,
  folder: string,
  { private: isPrivate, message, signal, onProgress }: PushOptions,
): Promise<Pushed> {
  if (access.token === undefined) throw tokenMissing(access.endpoint);
  const repo = name.includes('/') ? name : `${await ownName(access, signal)}/${name}`;
  await makeRepo(access, repo, isPrivate, signal);
  const files = await folderFiles(folder, signal);
  const large = await largeOnes(access, repo, files, signal);
  const total = large.reduce((sum, { size }) => sum + size, 0);
  let sent = 0;
  onProgress?.(0, total);
  await sendLargeFiles(access, repo, large, {
    signal,
    onBytes: (change) => {
      sent += change;
      onProgress?.(sent, total);
    },
  });
  const commit = await commitFiles(access, repo, files, new Set(large), message, signal);
  return { repo, url: `${access.endpoint}/${repo}`, commit, files };
}

async function ownName(access: HubAccess, signal: AbortSignal | undefined): Promise<string> {
  const answer = await requestJson(access, '/api/whoami-v2', { what: 'accounts', isService: true, signal });
  const problem = problemOf(whoShape, answer, 'whoami');
  if (problem !== undefined) throw badAnswer(access, problem);
  return v.parse(whoShape, answer).name;
}

async function makeRepo(
  access: HubAccess,
  repo: string,
  isPrivate: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const [organization, name] = repo.split('/');
  const body = JSON.stringify({ type: 'model', name, organization, private: isPrivate });
  try {
    await persist(access, signal, async () => {
      const response = await request(access, '/api/repos/create', { what: repo, body, signal, accepts: [409] });
      await response.body?.cancel();
    });
  } catch (error) {
    if (!(error instanceof SftError) || error.code !== 'hub-token') throw error;
    // Who may write to a repository may not always make one: it may be there.
    const there = await requestJson(access, `/api/models/${repo}`, { what: repo, signal }).then(
      () => true,
      () => false,
    );
    if (!there) throw error;
  }
}

/** Which of the files Git LFS keeps. The Hub decides, by size, name and content. */
async function largeOnes(
  access: HubAccess,
  repo: string,
  files: readonly FolderFile[],
  signal: AbortSignal | undefined,
): Promise<FolderFile[]> {
  const large: FolderFile[] = [];
  for (let from = 0; from < files.length; from += ASKED_AT_ONCE) {
    const some = files.slice(from, from + ASKED_AT_ONCE);
    const asked = some.map(({ path, size, sample }) => ({ path, size, sample: sample.toString('base64') }));
    const answer = await requestJson(access, `/api/models/${repo}/preupload/main`, {
      what: repo,
      body: JSON.stringify({ files: asked }),
      signal,
    });
    const problem = problemOf(modesShape, answer, repo);
    if (problem !== undefined) throw badAnswer(access, problem);
    const modes = new Map(v.parse(modesShape, answer).files.map(({ path, uploadMode }) => [path, uploadMode]));
    large.push(...some.filter(({ path }) => modes.get(path) === 'lfs'));
  }
  return large;
}

/** @returns the commit's hash */
async function commitFiles(
  access: HubAccess,
  repo: string,
  files: readonly FolderFile[],
  large: ReadonlySet<FolderFile>,
  message: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const lines: unknown[] = [{ key: 'header', value: { summary: message, description: '' } }];
  for (const file of files) {
    const { path, size, sha256: oid } = file;
    if (large.has(file)) lines.push({ key: 'lfsFile', value: { path, algo: 'sha256', oid, size } });
    else {
      const content = (await readFile(file.file)).toString('base64');
      lines.push({ key: 'file', value: { path, encoding: 'base64', content } });
    }
  }
  const answer = await requestJson(access, `/api/models/${repo}/commit/main`, {
    what: repo,
    body: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    headers: { 'content-type': 'application/x-ndjson' },
    signal,
  });
  const problem = problemOf(commitShape, answer, repo);
  if (problem !== undefined) throw badAnswer(access, problem);
  return v.parse(commitShape, answer).commitOid;
}
