import type { JsonObject } from '../../base/fetched-file';
import type { ConfigReader } from '../config-reader';
import type { Family } from './family';
import { GEMMA_3 } from './gemma3';
import { GRANITE } from './granite';
import { LLAMA } from './llama';
import { MISTRAL } from './mistral';
import { OLMO_2 } from './olmo2';
import { PHI_3 } from './phi3';
import { QWEN_2, QWEN_3 } from './qwen';
import { SMOLLM_3 } from './smollm3';

const FAMILIES: readonly Family[] = [LLAMA, MISTRAL, QWEN_2, QWEN_3, GRANITE, SMOLLM_3, OLMO_2, GEMMA_3, PHI_3];

/**
 * The family that config.json names, by its class or else by its model_type.
 * @throws SftError unsupported-architecture, with those that there are
 */
export function familyOf(read: ConfigReader): Family {
  const architecture = architectureOf(read.json);
  const family = FAMILIES.find((known) => known.architecture === architecture);
  if (family !== undefined) return family;
  const architectures = FAMILIES.map((known) => known.architecture).join(', ');
  const models = FAMILIES.map((known) => known.models).join(', ');
  throw read.unsupported(
    `the architecture ${architecture} is not supported`,
    `use a model of one of these: ${architectures} (${models})`,
  );
}

function architectureOf({ architectures, model_type: type }: JsonObject): string {
  const named: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  if (typeof named === 'string') return named;
  const known = FAMILIES.find((family) => family.modelType === type);
  return known?.architecture ?? `of model_type ${type === undefined ? 'unknown' : JSON.stringify(type)}`;
}
