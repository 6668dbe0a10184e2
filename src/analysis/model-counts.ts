import type { AnalysisSettings } from './protocol';
import { openTokenCounts, type TokenCounts } from './token-counts';

/** What the counts of an example depend on besides its text and the limit. */
type CountSettings = Pick<AnalysisSettings, 'modelFolder' | 'systemPrompt' | 'trainOn'>;

interface OpenedModel {
  readonly counts: Promise<TokenCounts>;
  readonly byPrompt: Map<string, Promise<TokenCounts>>;
}

/** The counts under the models and system prompts in use. A model's tokenizer is read once. */
export class ModelCounts {
  private readonly models = new Map<string | undefined, OpenedModel>();

  of(settings: CountSettings): Promise<TokenCounts> {
    const { modelFolder } = settings;
    const key = keyOf(settings);
    let model = this.models.get(modelFolder);
    if (model === undefined) {
      model = { counts: openTokenCounts(modelFolder), byPrompt: new Map() };
      this.models.set(modelFolder, model);
    }
    let counts = model.byPrompt.get(key);
    if (counts === undefined) {
      counts = model.counts.then((opened) => opened.under(settings));
      model.byPrompt.set(key, counts);
    }
    return counts;
  }

  /** Forgets what none of these settings asks for: each form of a prompt that is being written would be kept. */
  keepOnly(used: readonly CountSettings[]): void {
    for (const [folder, { byPrompt }] of this.models) {
      const prompts = new Set(used.filter((one) => one.modelFolder === folder).map(keyOf));
      if (prompts.size === 0) this.models.delete(folder);
      for (const prompt of byPrompt.keys()) if (!prompts.has(prompt)) byPrompt.delete(prompt);
    }
  }
}

function keyOf({ systemPrompt, trainOn }: CountSettings): string {
  return JSON.stringify([systemPrompt, trainOn]);
}
