import * as v from 'valibot';
import { count, flag, list, open, orNull, problemOf, text } from '../base/shapes';
import type { HubAccess } from './access';
import { badAnswer, requestJson } from './request';

/** Hub API: GET /api/models. */
const foundShape = list(
  open({
    id: text,
    downloads: orNull(count),
    gated: orNull(v.union([flag, text])),
    tags: orNull(list(text)),
    safetensors: orNull(open({ total: count })),
  }),
);

/** A model that a search found. */
export interface FoundModel {
  readonly repo: string;
  /** In 30 days. */
  readonly downloads: number | undefined;
  readonly gated: boolean;
  readonly licence: string | undefined;
  /** Number of weights. */
  readonly parameters: number | undefined;
}

const FIELDS = ['downloads', 'gated', 'tags', 'safetensors'];

/** Models with safetensors that write text, most used first. @throws SftError hub-unreachable, hub-answer */
export async function searchModels(
  access: HubAccess,
  query: string,
  most: number,
  signal?: AbortSignal,
): Promise<FoundModel[]> {
  const asked = new URLSearchParams({
    search: query,
    filter: 'safetensors',
    pipeline_tag: 'text-generation',
    sort: 'downloads',
    direction: '-1',
    limit: String(most),
  });
  for (const field of FIELDS) asked.append('expand[]', field);
  const answer = await requestJson(access, `/api/models?${asked.toString()}`, {
    what: 'search',
    isService: true,
    signal,
  });
  const problem = problemOf(foundShape, answer, 'the list of models');
  if (problem !== undefined) throw badAnswer(access, problem);
  return v.parse(foundShape, answer).map(({ id, downloads, gated, tags, safetensors }) => ({
    repo: id,
    downloads: downloads ?? undefined,
    gated: gated !== null && gated !== false,
    licence: tags?.find((tag) => tag.startsWith('license:'))?.slice('license:'.length),
    parameters: safetensors?.total,
  }));
}
