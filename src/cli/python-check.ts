import path from 'node:path';
import { formatError, type SftError } from '../base/errors';
import { CONFIG_NAME } from '../config/names';
import { readMachine } from '../engines/accelerate/machine';
import { findPython, type ChosenPython } from '../engines/accelerate/python/find-python';
import { problemsOf } from '../engines/accelerate/python/probe';
import { BITSANDBYTES, REQUIRED } from '../engines/accelerate/python/requirements';
import { gigabytes } from '../runs/preflight/memory';
import type { Terminal } from './verb';

/** `sft python check`. @param file the configuration beside which a Python is looked for */
export async function checkPython(file: string = CONFIG_NAME, json: boolean, terminal: Terminal): Promise<0 | 1> {
  const configFile = path.resolve(file);
  const machine = await readMachine(configFile);
  const chosen = await findPython(machine.python, path.dirname(configFile), REQUIRED);
  const optional = problemsOf(chosen.found, [BITSANDBYTES]).filter(({ code }) => code.startsWith('package-'));
  if (json) terminal.out(JSON.stringify(printed(chosen, optional)));
  else terminal.out(...linesOf(chosen, optional));
  return chosen.problems.length === 0 ? 0 : 1;
}

function linesOf({ from, found, problems }: ChosenPython, optional: readonly SftError[]): string[] {
  const { executable, python, packages, gpus } = found;
  const versions = Object.entries(packages).flatMap(([name, version]) =>
    version === null ? [] : [`${name} ${version}`],
  );
  const cards = gpus.map(({ name, memory }) => `${name}, ${gigabytes(memory)}`);
  return [
    `${executable}, by ${from}: Python ${python}`,
    ...(versions.length === 0 ? [] : [`packages: ${versions.join(', ')}`]),
    cards.length === 0 ? 'GPUs: torch sees none; training would run on the processor' : `GPUs: ${cards.join('; ')}`,
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
