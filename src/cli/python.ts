import path from 'node:path';
import { formatError, type SftError } from '../base/errors';
import { CONFIG_NAME } from '../config/names';
import { readMachine } from '../engines/accelerate/machine';
import { findPython, type ChosenPython } from '../engines/accelerate/python/find-python';
import { problemsOf } from '../engines/accelerate/python/probe';
import { BITSANDBYTES, REQUIRED } from '../engines/accelerate/python/requirements';
import { gigabytes } from '../runs/preflight/memory';
import { usageError } from './parse';
import type { Verb } from './verb';

export const pythonVerb: Verb = {
  name: 'python',
  summary: 'show the Python that would train with "engine": "accelerate"',
  usage: 'sft python check [CONFIG] [--json]',
  options: {},
  teach: `With "engine": "accelerate" PyTorch and PEFT compute the training, on NVIDIA GPUs. They run in a Python of yours: the one that
SFT_PYTHON names, or "python" in .sft/machine.json beside CONFIG, or .venv beside it, or python3. check starts it, says what it has, and
what is missing with the command that installs it. Without CONFIG the present folder is taken.

  sft python check
  SFT_PYTHON=/opt/training/bin/python3 sft python check`,
  async run({ positionals, json, terminal }) {
    const [what, file = CONFIG_NAME, ...others] = positionals;
    if (what !== 'check' || others.length > 0) throw usageError('python needs a word: check', 'write sft python check');
    const configFile = path.resolve(file);
    const machine = await readMachine(configFile);
    const chosen = await findPython(machine.python, path.dirname(configFile), REQUIRED);
    const optional = problemsOf(chosen.found, [BITSANDBYTES]).filter(({ code }) => code.startsWith('package-'));
    if (json) terminal.out(JSON.stringify(printed(chosen, optional)));
    else terminal.out(...linesOf(chosen, optional));
    return chosen.problems.length === 0 ? 0 : 1;
  },
};

function linesOf({ from, found, problems }: ChosenPython, optional: readonly SftError[]): string[] {
  const { executable, python, packages, gpus } = found;
  const versions = Object.entries(packages).flatMap(([name, version]) =>
    version === null ? [] : [`${name} ${version}`],
  );
  const cards = gpus.map(({ name, memory }) => `${name}, ${gigabytes(memory)}`);
  return [
    `${executable}, by ${from}: Python ${python}`,
    ...(versions.length === 0 ? [] : [`packages: ${versions.join(', ')}`]),
    cards.length === 0 ? 'GPUs: none that torch sees; it would train on the processor' : `GPUs: ${cards.join('; ')}`,
    ...problems.map(formatError),
    ...(problems.length === 0
      ? optional.map((one) => `for load_in_4bit and adamw_8bit only: ${formatError(one)}`)
      : []),
    problems.length === 0 ? 'it can train' : 'it cannot train yet',
  ];
}

function printed({ from, found, problems }: ChosenPython, optional: readonly SftError[]): object {
  const told = ({ code, message, remedy }: SftError): object => ({ code, message, remedy });
  return { ...found, from, problems: problems.map(told), optional: optional.map(told) };
}
