import { existsSync } from 'node:fs';
import path from 'node:path';
import { SftError } from '../base/errors';
import { writeFileAtomic } from '../base/files';
import type { Config } from '../config/config-schema';
import { FOREIGN_TOOLS, importConfig, importedText } from '../config/foreign/import-config';
import { CONFIG_NAME } from '../config/names';
import { readConfigText } from '../config/read-config-text';
import { requireNoFile } from './export-place';
import { choiceOption, onlyPositional, textOption } from './option-values';
import type { Verb } from './verb';

const TOOLS = FOREIGN_TOOLS.map(({ name }) => name);

export const importVerb: Verb = {
  name: 'import',
  summary: "make an sft.config.json from another tool's configuration",
  usage: `sft import FILE [--from ${TOOLS.join('|')}] [--dataset FILE] [--model DIR] [--out FILE] [--overwrite]`,
  options: {
    from: { type: 'string', value: 'TOOL', help: `${TOOLS.join(', ')} (recognised by the keys if left out)` },
    dataset: { type: 'string', value: 'FILE', help: 'the data, if the file names none that exists here' },
    model: { type: 'string', value: 'MODEL', help: 'the base model: its folder, or its name on the Hub' },
    out: { type: 'string', value: 'FILE', help: `where to write (${CONFIG_NAME} in this folder)` },
    overwrite: { type: 'boolean', help: 'replace an existing file' },
  },
  teach: `Reads a configuration of TRL, Axolotl, LLaMA-Factory or MLX LM (YAML or JSON), takes each key that means something here under its name here,
and lists every other with the reason. Defaults of the tool are written too, where they differ from the defaults
here. The file is not changed; "sft export --to" writes such configurations.

  sft import axolotl.yaml
  sft train sft.config.json`,
  async run({ positionals, options, json, terminal }) {
    const file = onlyPositional(positionals, 'FILE');
    const out = path.resolve(textOption(options, 'out') ?? CONFIG_NAME);
    const from = choiceOption(options, 'from', TOOLS);
    await requireNoFile(out, options['overwrite'] === true);
    const { tool, config: read, lost, notes } = importConfig(await readConfigText(file), file, from);
    const [dataset, model] = [textOption(options, 'dataset'), textOption(options, 'model')];
    const given = {
      ...(dataset === undefined ? {} : { dataset: path.resolve(dataset) }),
      ...(model === undefined ? {} : { model_name: existsSync(model) ? path.resolve(model) : model }),
    };
    const config = { ...read, ...given };
    for (const key of ['model_name', 'dataset'] as const) {
      if (config[key] === undefined)
        throw missing(
          file,
          key,
          lost.find(({ reason }) => reason.startsWith('there is no')),
        );
    }
    await writeFileAtomic(out, importedText(config as Config, out));
    if (json) {
      terminal.out(JSON.stringify({ tool, file: out, keys: Object.keys(config), lost, notes }));
      return 0;
    }
    terminal.out(`${out}: ${Object.keys(config).length} keys from a configuration of ${tool}`);
    for (const { key, value, line, reason } of lost) {
      terminal.log(`${file}:${line} ${key} ${JSON.stringify(value)} was not imported: ${reason}`);
    }
    for (const note of notes) terminal.log(`note: ${note}`);
    return 0;
  },
};

function missing(
  file: string,
  key: 'model_name' | 'dataset',
  why: { readonly line: number | undefined; readonly reason: string } | undefined,
): SftError {
  const option = key === 'dataset' ? '--dataset FILE' : '--model MODEL';
  return new SftError(
    'foreign-config',
    why === undefined ? `it names no ${key === 'dataset' ? 'data' : 'model'}` : why.reason,
    {
      file,
      ...(why?.line === undefined ? {} : { line: why.line }),
      remedy: `name it: ${option}`,
      exitCode: 2,
    },
  );
}
