import { SftError } from '../base/errors';
import type { Exporter } from './exporter';
import { ggufExporter } from './gguf/gguf-exporter';
import { ggufLoraExporter } from './gguf/gguf-lora-exporter';
import { mergedExporter } from './merged/merged-exporter';
import { ollamaExporter } from './ollama/ollama-exporter';
import { peftExporter } from './peft/peft-exporter';
import { JOBS } from './jobs/registry';
import { RECIPES } from './recipes/registry';

/** Every form in which a tuned model leaves. */
export const EXPORTERS: readonly Exporter[] = [
  peftExporter,
  mergedExporter,
  ggufExporter,
  ggufLoraExporter,
  ollamaExporter,
];

/** @throws SftError usage */
export function exporterNamed(name: string): Exporter {
  const found = EXPORTERS.find((exporter) => exporter.name === name);
  if (found !== undefined) return found;
  throw new SftError('usage', `--to ${JSON.stringify(name)} is not a form of export`, {
    remedy: `take one of: ${[...EXPORTERS, ...RECIPES, ...JOBS].map((form) => form.name).join(', ')}`,
    exitCode: 2,
  });
}
