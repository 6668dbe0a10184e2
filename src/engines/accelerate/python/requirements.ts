/** A package that training needs: the versions that were tried and those that surely differ. */
export interface Requirement {
  readonly name: string;
  readonly oldest: string;
  /** The first that is too new. */
  readonly before?: string;
  /** How it is installed, where that is not by pip beside what is there; `{}` stands for it as pip takes it. */
  readonly install?: string;
}

export const OLDEST_PYTHON = '3.10';

/** What every run needs. */
export const REQUIRED: readonly Requirement[] = [
  { name: 'torch', oldest: '2.6' },
  { name: 'transformers', oldest: '4.56', before: '6' },
  { name: 'peft', oldest: '0.18', before: '1' },
  { name: 'accelerate', oldest: '1.12', before: '2' },
  { name: 'safetensors', oldest: '0.5' },
];

/** What weights in 4 bits and the optimizer in 8 bits need as well. */
export const BITSANDBYTES: Requirement = { name: 'bitsandbytes', oldest: '0.48' };

/** What spreads weights by ZeRO. */
export const DEEPSPEED: Requirement = { name: 'deepspeed', oldest: '0.18' };

/** What computes in its place: an engine of others, which wants older versions of torch and transformers than those that were tried. */
export const UNSLOTH: Requirement = {
  name: 'unsloth',
  oldest: '2026.10',
  install:
    'create an environment for it alone: python3 -m venv DIR, DIR/bin/python3 -m pip install {}, and "python": "DIR/bin/python3" in .sft/machine.json',
};

/** As pip takes it. */
export function requirementText({ name, oldest, before }: Requirement): string {
  return `${name}>=${oldest}${before === undefined ? '' : `,<${before}`}`;
}

/** Whether a version is at least another; what follows the numbers, as `+cu128`, is left out. */
export function isAtLeast(version: string, other: string): boolean {
  const [a, b] = [numbersOf(version), numbersOf(other)];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(version: string): number[] {
  return (version.split('+')[0] ?? '').split('.').map((part) => Number.parseInt(part, 10) || 0);
}
