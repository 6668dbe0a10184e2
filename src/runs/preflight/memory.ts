import type { ConfigChanges } from '../../config/change-config';
import type { ResolvedConfig } from '../../config/config-schema';
import type { ModelSession } from '../../generate/session';
import { cutParts } from '../../train/cut-parts';
import { estimateMemory, type MemoryEstimate, type TokenisedParts } from '../../train/estimate';
import { failure, ok, setting, warning, type PreflightCheck, type PreflightRemedy } from './report';

const TITLE = 'Memory';
/** Of what is free, so much may be asked for without a warning: others want memory as well. */
const COMFORTABLE = 0.9;
/** A remedy that saves less is none. */
const WORTH_IT = 0.98;

/** What the run needs on a device that has memory of its own and does not tell how much. */
export function memoryOfDevice({ peak }: MemoryEstimate, device: string): PreflightCheck {
  return ok(
    'memory',
    TITLE,
    `the run needs about ${gigabytes(peak)} on ${device}, which does not report how much it has`,
  );
}

/** Whether the run fits what is free. @param available bytes */
export async function checkMemory(
  config: ResolvedConfig,
  session: ModelSession,
  parts: TokenisedParts,
  estimate: MemoryEstimate,
  available: number,
): Promise<PreflightCheck> {
  const { peak } = estimate;
  const needs = `the run needs about ${gigabytes(peak)}, ${gigabytes(available)} are free`;
  if (peak <= COMFORTABLE * available) return ok('memory', TITLE, needs);
  const remedies = await lessMemory(config, session, parts, estimate);
  // Weights that are mapped can be read again and again from the disk: slow, but it goes.
  if (peak - estimate.parts.weights > available) {
    return failure(
      'memory',
      TITLE,
      `${needs}: the system would stop it - reduce what it needs, or close other programs`,
      remedies,
    );
  }
  return warning(
    'memory',
    TITLE,
    `${needs}: it may become slow or be stopped - reduce what it needs, or close other programs`,
    remedies,
  );
}

/** The usual remedies in the order in which they are to be tried, those of them that help this run. */
async function lessMemory(
  config: ResolvedConfig,
  session: ModelSession,
  parts: TokenisedParts,
  now: MemoryEstimate,
): Promise<PreflightRemedy[]> {
  const remedies: PreflightRemedy[] = [];
  for (const changes of candidates(config)) {
    const changed = { ...config, ...changes } as ResolvedConfig;
    const cut = changed.max_seq_length < config.max_seq_length ? cutParts(parts, changed.max_seq_length) : parts;
    const { peak } = await estimateMemory(
      changed,
      session.config,
      session.modelDir,
      cut,
      session.device.traits,
      session.chat,
    );
    if (peak > WORTH_IT * now.peak) continue;
    remedies.push(setting(changes, `${gigabytes(peak)} instead of ${gigabytes(now.peak)}`));
  }
  return remedies;
}

function* candidates(config: ResolvedConfig): Generator<ConfigChanges> {
  const { per_device_batch_size: batch, gradient_accumulation_steps: accumulation } = config;
  if (config.training_type === 'full') yield { training_type: 'lora' };
  // As many examples in each update, fewer of them at once.
  if (batch > 1) yield { per_device_batch_size: 1, gradient_accumulation_steps: batch * accumulation };
  if (config.max_seq_length > 128) yield { max_seq_length: Math.ceil(config.max_seq_length / 2) };
  // An adapter that is trained further has its own.
  if (config.training_type === 'lora' && config.adapter === null) {
    if (config.use_dora) yield { use_dora: false };
    if (config.lora_r > 4) yield { lora_r: Math.ceil(config.lora_r / 2) };
  }
  if (!config.gradient_checkpointing) yield { gradient_checkpointing: true };
}

export function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
