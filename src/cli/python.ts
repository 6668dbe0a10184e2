import { textOption } from './option-values';
import { usageError } from './parse';
import { checkPython } from './python-check';
import { setUpPython } from './python-setup';
import type { Verb } from './verb';

export const pythonVerb: Verb = {
  name: 'python',
  summary: 'show or set up the Python that trains with "engine": "accelerate"',
  usage: 'sft python check [CONFIG] | setup [--yes] [--repair] [--lock FILE] [--base PYTHON]',
  options: {
    yes: { type: 'boolean', help: 'setup: do not ask before downloading' },
    repair: { type: 'boolean', help: 'setup: replace an existing environment' },
    lock: { type: 'string', value: 'FILE', help: 'setup: packages and versions to install instead of the tested ones' },
    base: { type: 'string', value: 'PYTHON', help: 'setup: the Python to create the environment from' },
  },
  teach: `With "engine": "accelerate" PyTorch and PEFT train the model, on NVIDIA GPUs. They run in a Python of yours: the one that
SFT_PYTHON names, or "python" in .sft/machine.json next to CONFIG, or the environment that setup created, or .venv next to CONFIG, or python3.

check starts it and reports what is installed, and what is missing with the command that installs it. Without CONFIG it uses the current folder.

setup creates an environment with all that is needed, in your own data folder: by uv if that is installed, otherwise by venv and pip. It says
how much would be downloaded and asks first. Versions are exact and files are checked against their hashes. An environment that is whole is
left alone; one that is broken or incomplete is created again.

  sft python check
  sft python setup
  SFT_PYTHON=/opt/training/bin/python3 sft python check`,
  async run({ positionals, options, json, terminal }) {
    const [what, file, ...others] = positionals;
    if (what === 'check' && others.length === 0) return checkPython(file, json, terminal);
    if (what === 'setup' && file === undefined) {
      const choice = {
        yes: options['yes'] === true,
        repair: options['repair'] === true,
        lock: textOption(options, 'lock'),
        base: textOption(options, 'base'),
      };
      return setUpPython(choice, json, terminal);
    }
    throw usageError('python needs a subcommand: check or setup', 'write sft python check, or sft python setup');
  },
};
