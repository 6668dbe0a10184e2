import type { FusedKernels } from './fused/fused-kernels';
import type { Kernels } from './kernels';

/** What a graphics card computes. */
export type CardKernels = Kernels & FusedKernels;

/** A kernel of the interface as a function that puts it on something: a recording, a card's stream. */
export type KernelOn<On, Name extends keyof CardKernels> = (
  on: On,
  ...given: Parameters<CardKernels[Name]>
) => ReturnType<CardKernels[Name]>;

export type KernelTable<On> = { readonly [Name in keyof Kernels]: KernelOn<On, Name> };
export type CardKernelTable<On> = { readonly [Name in keyof CardKernels]: KernelOn<On, Name> };

/** The kernels of a table, all on one thing. */
export function kernelsOn<On, Table extends KernelTable<On>>(
  table: Table,
  on: On,
): Pick<CardKernels, keyof Table & keyof CardKernels> {
  const kernels = Object.entries(table).map(([name, kernel]) => {
    return [name, (kernel as (on: On, ...given: unknown[]) => unknown).bind(undefined, on)];
  });
  return Object.fromEntries(kernels) as CardKernels;
}
