import type { Kernels } from './kernels';

/** A kernel of the interface as a function that puts it on something: a recording, a card's stream. */
export type KernelOn<On, Name extends keyof Kernels> = (on: On, ...given: Parameters<Kernels[Name]>) => void;

export type KernelTable<On> = { readonly [Name in keyof Kernels]: KernelOn<On, Name> };

/** The kernels of a table, all on one thing. */
export function kernelsOn<On>(table: KernelTable<On>, on: On): Kernels {
  const kernels = Object.entries(table).map(([name, kernel]) => {
    return [name, (kernel as (on: On, ...given: unknown[]) => void).bind(undefined, on)];
  });
  return Object.fromEntries(kernels) as Kernels;
}
