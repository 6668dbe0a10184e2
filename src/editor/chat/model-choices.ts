import { momentText } from '../../base/moment-text';
import type { ChatChoice, Side } from '../../messages/chat';

/** A model that can be talked to, by where it comes from. */
export type ModelRef =
  | { readonly kind: 'run'; readonly variant: string; readonly folder: string }
  | { readonly kind: 'folder'; readonly variant: 'base'; readonly folder: string }
  | { readonly kind: 'endpoint'; readonly id: string };

export interface RunChoice {
  readonly folder: string;
  readonly label: string;
  /** ISO 8601. */
  readonly created: string;
  readonly status: string;
  /** The server's names: base first, then tuned, best and the checkpoints, as far as they are there. */
  readonly variants: readonly string[];
}

/** An OpenAI-compatible server of the person's. */
export interface EndpointChoice {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly model: string;
}

export interface KnownModels {
  /** Newest first. */
  readonly runs: readonly RunChoice[];
  /** Model folders and GGUF files. */
  readonly folders: readonly string[];
  readonly endpoints: readonly EndpointChoice[];
}

export interface Chosen {
  readonly source: string | undefined;
  readonly left: string | undefined;
  /** Undefined where the right side is hidden. */
  readonly right: string | undefined;
}

export function modelId(ref: ModelRef): string {
  return ref.kind === 'endpoint' ? `endpoint:${ref.id}` : `${ref.kind}:${ref.variant}:${ref.folder}`;
}

/** @returns undefined for a text that no modelId gave */
export function modelRef(id: string): ModelRef | undefined {
  const [, kind, variant, folder] = /^(run|folder):([\w-]+):(.+)$/s.exec(id) ?? [];
  if (kind === 'run') return { kind, variant: variant!, folder: folder! };
  if (kind === 'folder') return { kind, variant: 'base', folder: folder! };
  return id.startsWith('endpoint:') ? { kind: 'endpoint', id: id.slice('endpoint:'.length) } : undefined;
}

/** `tuned` → Tuned, `step-40` → Step 40. */
function variantName(variant: string): string {
  const step = /^step-(\d+)$/.exec(variant)?.[1];
  if (step !== undefined) return `Step ${step}`;
  const names: Readonly<Record<string, string>> = { base: 'Base', tuned: 'Tuned', best: 'Best checkpoint' };
  return names[variant] ?? variant;
}

/** The runs, model folders and endpoints to choose from. */
export function sourceChoices({ runs, folders, endpoints }: KnownModels): ChatChoice[] {
  return [
    ...runs.map(({ folder, label, created, status }) => ({
      id: `run:${folder}`,
      label: `${label} · ${momentText(created)}${status === 'done' ? '' : ` · ${status}`}`,
      group: 'Runs',
    })),
    ...folders.map((folder) => ({ id: `folder:${folder}`, label: baseName(folder), group: 'Models' })),
    ...endpoints.map(({ id, name }) => ({ id: `endpoint:${id}`, label: name, group: 'Endpoints' })),
  ];
}

/** What a side can be: the source's own models, then one of every other source. */
export function modelChoices(known: KnownModels, source: string | undefined): ChatChoice[] {
  const own: ChatChoice[] = [];
  const others: ChatChoice[] = [];
  for (const { folder, label, created, variants } of known.runs) {
    const chosen = source === `run:${folder}`;
    for (const variant of chosen ? variants : variants.slice(1, 2)) {
      const id = modelId({ kind: 'run', variant, folder });
      if (chosen) own.push({ id, label: variantName(variant), group: label });
      else
        others.push({ id, label: `${variantName(variant)} · ${label} · ${momentText(created)}`, group: 'Other runs' });
    }
  }
  for (const folder of known.folders) {
    const id = modelId({ kind: 'folder', variant: 'base', folder });
    const choice = { id, label: baseName(folder), group: 'Models' };
    if (source === `folder:${folder}`) own.push(choice);
    else others.push(choice);
  }
  for (const { id, name } of known.endpoints) others.push({ id: `endpoint:${id}`, label: name, group: 'Endpoints' });
  return [...own, ...others];
}

/** How a reply names the model that gave it. */
export function speakerName(known: KnownModels, id: string): string {
  const ref = modelRef(id);
  if (ref === undefined) return id;
  if (ref.kind === 'endpoint') return known.endpoints.find((one) => one.id === ref.id)?.name ?? 'Endpoint';
  if (ref.kind === 'folder') return baseName(ref.folder);
  const run = known.runs.find(({ folder }) => folder === ref.folder);
  return `${variantName(ref.variant)} · ${run?.label ?? baseName(ref.folder)}`;
}

/** Both sides of a source: base against the best there is, where there are two. */
export function bothSides(known: KnownModels, source: string): Chosen {
  const run = known.runs.find(({ folder }) => source === `run:${folder}`);
  if (run !== undefined) {
    const id = (variant: string): string => modelId({ kind: 'run', variant, folder: run.folder });
    const [base, tuned] = run.variants;
    return { source, left: base && id(base), right: tuned && id(tuned) };
  }
  const folder = known.folders.find((one) => source === `folder:${one}`);
  if (folder !== undefined) {
    return { source, left: modelId({ kind: 'folder', variant: 'base', folder }), right: undefined };
  }
  return { source, left: source, right: undefined };
}

/** What was chosen, as far as it is still there; the newest run where nothing is. */
export function validChoice(known: KnownModels, chosen: Chosen): Chosen {
  const sources = new Set(sourceChoices(known).map(({ id }) => id));
  const first = known.runs.find(({ variants }) => variants.length > 1) ?? known.runs[0];
  const fallback = first === undefined ? sourceChoices(known)[0]?.id : `run:${first.folder}`;
  const source = chosen.source !== undefined && sources.has(chosen.source) ? chosen.source : fallback;
  if (source === undefined) return { source, left: undefined, right: undefined };
  if (source !== chosen.source || chosen.left === undefined) return bothSides(known, source);
  const there = (id: string | undefined): boolean => id !== undefined && isThere(known, id);
  const standard = bothSides(known, source);
  return {
    source,
    left: there(chosen.left) ? chosen.left : standard.left,
    right: chosen.right === undefined || there(chosen.right) ? chosen.right : standard.right,
  };
}

/** What is chosen when one side of what is shown is given another model; undefined hides the right side. */
export function withModel(known: KnownModels, chosen: Chosen, side: Side, model: string | undefined): Chosen {
  return { ...validChoice(known, chosen), [side]: model };
}

function isThere({ runs, folders, endpoints }: KnownModels, id: string): boolean {
  const ref = modelRef(id);
  if (ref === undefined) return false;
  if (ref.kind === 'endpoint') return endpoints.some((one) => one.id === ref.id);
  if (ref.kind === 'folder') return folders.includes(ref.folder);
  return runs.some(({ folder, variants }) => folder === ref.folder && variants.includes(ref.variant));
}

function baseName(folder: string): string {
  return folder.split(/[\\/]/).findLast((part) => part !== '') ?? folder;
}
