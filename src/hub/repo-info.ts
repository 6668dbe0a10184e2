import * as v from 'valibot';
import { count, flag, list, maybe, open, orNull, problemOf, text, type TypeOf } from '../base/shapes';
import { COMMIT, type HubModel } from '../base/hub-cache';
import { badAnswer, requestJson } from './request';
import type { HubAccess } from './access';

const hex = (digits: number) =>
  v.pipe(text, v.regex(new RegExp(`^[0-9a-f]{${digits}}$`), `${digits} hexadecimal digits`));

const fileShape = open({
  rfilename: text,
  size: maybe(count),
  /** Of the file itself, or of the pointer that stands for it. */
  blobId: maybe(hex(40)),
  lfs: orNull(open({ sha256: hex(64), size: count })),
});

/** Hub API: GET /api/models/REPO/revision/REVISION?blobs=true. */
const repoShape = open({
  id: text,
  sha: v.pipe(text, v.regex(COMMIT, 'a commit')),
  gated: orNull(v.union([flag, text])),
  cardData: orNull(open({ license: orNull(v.union([text, list(text)])) })),
  siblings: list(fileShape),
});

/** One file of a repository. */
export interface RepoFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly hash: FileHash;
}

/** What its content hashes to: SHA-256 of a large file (Git LFS), git's SHA-1 of a small one. Also its name in the cache. */
export interface FileHash {
  readonly kind: 'sha256' | 'git';
  readonly value: string;
}

export interface RepoInfo {
  readonly repo: string;
  readonly commit: string;
  /** Only given to those who accepted its terms. */
  readonly gated: boolean;
  readonly licence: string | undefined;
  readonly files: readonly RepoFile[];
}

/** What a repository holds at a revision. @throws SftError hub-not-found, hub-gated, hub-unreachable, hub-answer */
export async function readRepo(access: HubAccess, model: HubModel, signal?: AbortSignal): Promise<RepoInfo> {
  const { repo, revision } = model;
  const path = `/api/models/${repo}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const answer = await requestJson(access, path, { what: repo, signal });
  const problem = problemOf(repoShape, answer, repo);
  if (problem !== undefined) throw badAnswer(access, problem);
  const { sha, gated, cardData, siblings } = v.parse(repoShape, answer);
  const licence = cardData?.license ?? undefined;
  return {
    repo,
    commit: sha,
    gated: gated !== null && gated !== false,
    licence: Array.isArray(licence) ? licence.join(', ') : licence,
    files: siblings.flatMap(repoFile),
  };
}

/** What has no hash cannot be checked, and is not taken. */
function repoFile({ rfilename: name, size, blobId, lfs }: TypeOf<typeof fileShape>): RepoFile[] {
  if (lfs !== null) return [{ name, size: lfs.size, hash: { kind: 'sha256', value: lfs.sha256 } }];
  if (size === undefined || blobId === undefined) return [];
  return [{ name, size, hash: { kind: 'git', value: blobId } }];
}
