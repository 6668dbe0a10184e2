// The trained rows that a prompt puts before every sequence (prompt tuning, Lester et al. 2021) are tokens with ids below 0. So they are cut
// into passes, shared by the sequences of a pass, cached and kept like any tokens that all sequences begin with.

export function isVirtual(id: number): boolean {
  return id < 0;
}

/** The row of the prompt that a virtual token stands for. */
export function virtualRow(id: number): number {
  return -1 - id;
}

export function virtualId(row: number): number {
  return -1 - row;
}
