import path from 'node:path';
import { shellWord } from '../../base/shell-word';
import type { JobSource } from './job';

/** The facts of the machines, which a run finds by SFT_MACHINE. */
export const FACTS_FILE = 'machine.json';

/** Lines of a script that say where everything is; the environment may say it otherwise. */
export function placeLines({ run, program, python, ownPython }: JobSource, out: string): string[] {
  const places = {
    RUN: run,
    NODE: program.node,
    SFT: program.entry,
    ...(python && ownPython !== undefined ? { SFT_PYTHON: ownPython } : {}),
    SFT_MACHINE: path.join(out, FACTS_FILE),
  };
  return [
    ...Object.entries(places).map(([name, place]) => orElse(name, place)),
    `export ${Object.keys(places).join(' ')}`,
  ];
}

/** A variable that keeps the value which the environment gives it. */
export function orElse(name: string, otherwise: string): string {
  return `${name}=\${${name}:-${shellWord(otherwise)}}`;
}

/** What every machine runs: by SFT_NODE the first one works on the run, and the others join it. */
export const TRAIN = '"$NODE" "$SFT" train --run "$RUN" --resume';
