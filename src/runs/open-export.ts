import path from 'node:path';
import { SftError } from '../base/errors';
import type { Device } from '../compute/device';
import { isPathKey } from '../config/config-paths';
import type { ResolvedConfig } from '../config/config-schema';
import { hubName } from '../base/hub-cache';
import type { ExportSource } from '../export/exporter';
import type { CardFacts } from '../export/model-card';
import { BaseWeights } from '../model/weights';
import { loadAdapter } from '../tuning/registry';
import type { RunArtifacts, Trained } from './artifacts';
import type { RunEvaluation } from './folder/evaluation-schema';
import type { RunSummary } from './read-runs';
import { openBase } from './worker/prepare';

export interface OpenedExport {
  readonly source: ExportSource;
  readonly close: () => void;
}

/**
 * Opens what a run has trained for an export.
 * @param id `tuned`, `best`, `step-40`, or `base` for the model that the run began with
 * @throws SftError weights-missing where the run has none of that name, and what opening throws
 */
export async function openExport(device: Device, run: RunSummary, id: string): Promise<OpenedExport> {
  const trained = id === 'base' ? undefined : await findTrained(run, id);
  const { config } = run.run;
  const session = await openBase(device, config);
  const { modelDir, chat, weights: base } = session;
  const asked = { systemPrompt: config.system_prompt, maxSeqLength: config.max_seq_length };
  const shared = { device, config: session.config, modelDir, base, chat, asked };
  const card = await cardFacts(run, id, modelDir);
  if (trained === undefined) {
    const close = (): void => {
      session.close();
    };
    return { source: { ...shared, weights: base, card }, close };
  }
  if (trained.form === 'adapter') {
    const tuning = loadAdapter(session, trained.folder);
    const close = (): void => {
      tuning.free();
      session.close();
    };
    return { source: { ...shared, weights: base, tuning, card }, close };
  }
  const weights = new BaseWeights(device, trained.folder, session.config);
  const close = (): void => {
    weights.close();
    session.close();
  };
  return { source: { ...shared, weights, card }, close };
}

async function findTrained({ artifacts, state, folder }: RunSummary, id: string): Promise<Trained> {
  const all = await artifacts.trained(state.status);
  const found = all.find((trained) => trained.id === id);
  if (found !== undefined) return found;
  const names = all.map((trained) => trained.id).join(', ');
  throw new SftError('weights-missing', `the run is ${state.status} and has no weights called ${JSON.stringify(id)}`, {
    file: folder.path,
    remedy:
      all.length === 0
        ? 'train until there is a checkpoint or a result'
        : `use one of these with --weights: ${names}, base`,
  });
}

async function cardFacts({ run, name, artifacts }: RunSummary, id: string, modelDir: string): Promise<CardFacts> {
  const hub = hubName(modelDir);
  const evaluation = id === 'tuned' ? await evaluationOf(artifacts) : undefined;
  return {
    title: name,
    baseModel: hub ?? modelDir,
    onHub: hub !== undefined,
    dataset: path.basename(run.config.dataset),
    datasetHash: run.dataset.sha256,
    weights: id,
    settings: settingsOf(run.config),
    scores: evaluation === undefined ? [] : scoresOf(evaluation),
    scored: evaluation?.examples ?? 0,
    retention: evaluation?.retention ?? undefined,
  };
}

/** A run without a test part has none; a card without scores is still one. */
function evaluationOf(artifacts: RunArtifacts): Promise<RunEvaluation | undefined> {
  return artifacts.readEvaluation().catch(() => undefined);
}

/** What belongs to this machine or to this run's place on it tells others nothing. */
const PRIVATE = new Set(['name', 'engine', 'device', 'threads']);

function settingsOf(config: ResolvedConfig): CardFacts['settings'] {
  return Object.entries(config)
    .filter(([key, value]) => !PRIVATE.has(key) && !isPathKey(key) && value !== null)
    .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]);
}

function scoresOf({ base, tuned }: RunEvaluation): CardFacts['scores'] {
  const rouge = (['rouge1', 'rouge2', 'rougeL'] as const).map((metric) => ({
    name: `ROUGE-${metric.slice('rouge'.length)}`,
    base: withInterval(base[metric]),
    tuned: withInterval(tuned[metric]),
  }));
  return [{ name: 'loss', base: base.loss.toFixed(3), tuned: tuned.loss.toFixed(3) }, ...rouge];
}

/** With the interval that holds the true mean with 95% confidence, where there are examples enough for one. */
function withInterval({ f1, low, high }: RunEvaluation['base']['rouge1']): string {
  if (low === null || high === null) return f1.toFixed(3);
  return `${f1.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}
