import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkConfigText } from '../../../src/config/advise';
import { CONFIG_SCHEMA } from '../../../src/config/config-schema';
import { configHover } from '../../../src/config/hover';
import { valueChoices } from '../../../src/config/value-choices';
import { QUESTIONS } from '../base-model';
import type { FuzzCase, FuzzKind } from '../kind';
import { mutateJson, mutateText, oneIn, writeJson } from '../mutations';

/** An sft.config.json that is damaged: checked as the editor checks it, and before training. */
export const configurations: FuzzKind = {
  name: 'configurations',
  async run(fuzz) {
    const { random, folder } = fuzz;
    writeFileSync(path.join(folder, 'data.json'), QUESTIONS);
    const file = path.join(folder, 'sft.config.json');
    const values = { model_name: fuzz.base('model'), dataset: 'data.json', ...someDefaults(fuzz) };
    const changed = writeJson(oneIn(random, 4) ? values : mutateJson(random, values));
    const text = oneIn(random, 3) ? mutateText(random, changed) : changed;
    writeFileSync(file, text);
    edit(fuzz, text, file);
    await fuzz.sft('validate', file);
    await fuzz.sft('preflight', file, ...(oneIn(random, 2) ? ['--json'] : []));
    if (oneIn(random, 3)) await fuzz.sft('estimate', file);
  },
};

function someDefaults({ random }: FuzzCase): object {
  const defaults = Object.entries(CONFIG_SCHEMA.properties).flatMap(([key, property]) =>
    'default' in property && oneIn(random, 2) ? [[key, property.default] as const] : [],
  );
  return { ...Object.fromEntries(defaults), split: { train: 1, validation: 0, test: 0 } };
}

/** What the editor asks of the text: findings, all of their fixes, hovers and choices wherever the pointer may be. */
function edit(fuzz: FuzzCase, text: string, file: string): void {
  const plain = text.replace(/^\uFEFF/, '');
  for (const { offset, endOffset, fixes } of checkConfigText(text, file)) {
    const edits = [{ start: offset, end: endOffset }, ...fixes.flatMap((fix) => fix.edits)];
    const outside = edits.find(({ start, end }) => start < 0 || end < start || end > plain.length);
    if (outside !== undefined)
      fuzz.problem(`a finding or fix at ${outside.start} to ${outside.end} of ${plain.length}`);
  }
  for (let left = 10; left > 0; left--) {
    const at = fuzz.random.below(text.length + 1);
    configHover(text, at, file, {}, true);
    valueChoices(text, at);
  }
}
